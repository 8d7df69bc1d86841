"""Testing in an org that others use: what is there is found, not made; what is made is on record and removed."""
