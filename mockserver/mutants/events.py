"""Wrong laws about events."""

from mockserver.mutants.base import mutant, parameter, setting

MUTANTS = (
    mutant("EV-26/ten", parameter("Limit", setting(default=10))),
    mutant("EV-27/zero-allowed", parameter("Limit", setting(minimum=0))),
    mutant("EV-28/hundred-and-one", parameter("Limit", setting(maximum=101))),
)
