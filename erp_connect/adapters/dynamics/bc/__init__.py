"""Business Central over its API v2.0 (dynamics.md 1)."""
