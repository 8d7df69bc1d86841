"""Checks any NovaVMS, live or mock, against the sentences of its documentation, rule by rule."""

__version__ = "0.1.0"
