"""Carry a Python environment from a laptop to a cluster, a CI job and a colleague."""

__version__ = "0.1.0"
