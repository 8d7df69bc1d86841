"""What checks do on a target and read from it: a module for each resource, and ``answers`` for any answer."""
