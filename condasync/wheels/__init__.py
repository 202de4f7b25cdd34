"""What no conda package stands for: a locked wheel each, and what the wheels need beside them."""
