"""What to ask of a solver, and the solvers: each in a child process that loads repodata once."""
