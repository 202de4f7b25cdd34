"""Why requests cannot hold together, told from the records."""
