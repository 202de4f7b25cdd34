"""Compares locks and environments: pure, from values to a plan."""
