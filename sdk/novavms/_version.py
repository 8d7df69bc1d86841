"""The version of this SDK, the same as that of the API (SDK-60)."""

__version__ = "1.1.0"
