"""Wrong laws."""

from mockserver.mutants.base import Mutant

MUTANTS: tuple[Mutant, ...] = ()
