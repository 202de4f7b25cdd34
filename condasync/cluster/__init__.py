"""Brings a running Dask cluster to a lock, and tells how far its workers are from it."""
