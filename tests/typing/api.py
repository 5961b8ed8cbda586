"""The public names as a user's type checker sees them: read by mypy, never run."""

import erp_connect as ec

name: str = ec.__name__
