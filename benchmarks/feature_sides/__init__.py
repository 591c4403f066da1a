"""The ways of computing the same 22 features that ``benchmarks/features.py`` sets side by side."""
