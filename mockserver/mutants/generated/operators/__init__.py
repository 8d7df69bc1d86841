"""The operators, a module a kind of fault; each module yields the mutants of one operation."""
