"""Wrong laws about what this project decided for gateways."""

from mockserver.mutants.base import Mutant

MUTANTS: tuple[Mutant, ...] = ()
