"""Wrong laws about the fields of an alert rule."""

MUTANTS = ()
