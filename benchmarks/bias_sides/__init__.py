"""What ``benchmarks/bias.py`` sets side by side: made-up scored rows, and Fairlearn's own bootstrap."""
