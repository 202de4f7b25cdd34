"""Projects of the user: built into wheels, checked, and turned into conda packages of a local channel."""
