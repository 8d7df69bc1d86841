"""Tests of the documentation site: what it covers, its links, and its blocks of code."""
