"""What is broken: the mutants, a module a topic."""
