"""Measurements beside peers, in one run each; run them from the project's folder with ``python -m``."""
