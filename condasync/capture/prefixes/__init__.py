"""Read what is installed: conda prefixes, virtual environments, interpreters."""
