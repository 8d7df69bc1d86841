"""A server of the Model Context Protocol: assistants use a mock by its control plane, and its API as any actor."""
