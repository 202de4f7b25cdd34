"""Read environments and input files. Nothing that is read is changed by it."""
