"""Channels of conda packages: where they are, their repodata on disk, their records."""
