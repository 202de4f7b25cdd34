"""What an environment uses of the system it lies on, and what of conda-forge brings the same."""
