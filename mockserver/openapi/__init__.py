"""What the OpenAPI document promises, compiled for use; knows no state."""
