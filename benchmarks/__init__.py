"""How fast the library is, measured against a careful hand-written script in the same run: ``python -m benchmarks``."""
