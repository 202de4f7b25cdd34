"""Translation: exactly one outcome per captured package, with the evidence of what was asked."""
