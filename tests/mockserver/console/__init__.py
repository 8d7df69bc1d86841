"""The pages of the console, by an HTTP client."""
