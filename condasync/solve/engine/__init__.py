"""The solvers, each in a child process that loads repodata once."""
