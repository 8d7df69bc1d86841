"""A server of the Model Context Protocol: assistants read the rules, check targets by them, and explain failures."""
