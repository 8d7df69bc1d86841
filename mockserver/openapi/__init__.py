"""An OpenAPI document, read and compiled: routing, validation of input and answers, examples; without state."""
