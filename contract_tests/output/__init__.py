"""What may leave the suite: texts without secrets and control characters, of bounded length."""
