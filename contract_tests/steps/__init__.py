"""What checks do and read, a module a resource, and what they read from any answer."""
