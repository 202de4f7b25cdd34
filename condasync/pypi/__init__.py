"""The Python package index: sdists, wheels, and tables of what its names are called on conda-forge."""
