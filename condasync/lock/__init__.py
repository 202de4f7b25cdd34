"""From a solution to files: the lock, the environment.yml beside it, and their writing, all or none."""
