"""The OpenAPI document, compiled: routing, validation of input and answers, examples; without state."""
