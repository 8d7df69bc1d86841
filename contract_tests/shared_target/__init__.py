"""Testing in an org that others use: what exists is found, not created; what is created is recorded and removed."""
