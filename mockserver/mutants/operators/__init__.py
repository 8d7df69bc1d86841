"""How to break the mock: ways to change a function, a value, the document, a refusal."""
