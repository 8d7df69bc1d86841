"""The version of this SDK, always that of the API it speaks to (SDK-60)."""

__version__ = "1.1.0"
