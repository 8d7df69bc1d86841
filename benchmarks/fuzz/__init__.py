"""Sends the mock what no client should, for as many requests as wanted, and looks at what that does to it."""
