"""Before a cluster starts: the lock is made fresh, and what starts the workers is told of it."""
