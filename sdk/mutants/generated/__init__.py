"""Mutants that operators generate over the verbs of both clients, their arguments, and the forms of these."""

from mutants.generated import answers, errors, fields, memory, options, pages, requests, retries
from mutants.generated.undocumented import UNDOCUMENTED
from mutants.patches import Mutant

__all__ = ["GENERATED", "UNDOCUMENTED"]

GENERATED: dict[str, Mutant] = {}
for _topic in (requests, fields, answers, errors, retries, pages, options, memory):
    if _repeated := GENERATED.keys() & _topic.MUTANTS.keys():
        raise ValueError(f"two mutants have the id {min(_repeated)}")
    GENERATED |= _topic.MUTANTS
