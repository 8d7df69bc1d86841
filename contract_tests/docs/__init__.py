"""Documentation pages: what they say, held against the OpenAPI document and the catalogue of rules."""
