"""The nearest solvable environment: as few packages as possible change, each as little as possible."""
