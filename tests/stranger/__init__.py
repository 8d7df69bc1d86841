"""A correct NovaVMS server written from the four documentation pages alone, for testing the contract suite.

It shares no line with the mock. Where the pages are silent it takes one of several ways (``choices``); on request it
breaks one documented sentence (``breaks``). ``running`` serves it for a test, ``python -m tests.stranger`` by hand.
"""
