"""Makes a prefix equal to a lock: built beside it, checked, exchanged in one step."""
