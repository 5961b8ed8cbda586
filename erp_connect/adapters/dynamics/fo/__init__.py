"""Finance & Operations over its OData service (dynamics.md 3)."""
