"""The control plane under /_mock: tests use it to create orgs, move the clock, inject faults and inspect the mock."""
