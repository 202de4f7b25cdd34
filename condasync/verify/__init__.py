"""Is an environment closed and consistent: independent of the engine that solved it."""
