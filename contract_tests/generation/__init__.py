"""Generated calls: Schemathesis, Hypothesis strategies, state machines."""
