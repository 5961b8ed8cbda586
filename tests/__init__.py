"""A package of its own, because a distribution that the tests need installs another one of this name."""
