"""Sending deliveries to webhooks, and only to the networks and hosts that are allowed."""
