"""Simulated gateways: clients like any other, which pair with a server and report to it."""
