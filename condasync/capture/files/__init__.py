"""Read what files ask for: environment.yml, requirements, pyproject.toml, conda list output."""
