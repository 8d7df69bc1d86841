"""Benchmarks of the mock beside other mock servers; run them from the project's folder with ``python -m``."""
