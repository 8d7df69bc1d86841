"""Probes the installed Python SDK: calls its clients, and observes what they send and how long they sleep."""
