"""Builds the documentation site: the pages of ``docs/``, and a reference from parsers, documents and rules."""
