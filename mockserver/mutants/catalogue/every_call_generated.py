"""Mutants about every call that Schemathesis generates."""

from typing import Any

from mockserver.domain import errors
from mockserver.mutants.operators.document import field, parameter, schema, setting
from mockserver.mutants.operators.patches import Mutants, Original, mutant
from mockserver.mutants.operators.refusals import refusing
from mockserver.store.kinds import GATEWAYS
from mockserver.store.memory import MemoryStore

MUTANTS = Mutants()


@MUTANTS.defect("GW-93/key-kept", "GW-87", of=MemoryStore._write_unique)
def keep_key_of_deleted_gateway(original: Original, self: Any, kind: Any, before: Any, after: Any) -> None:
    """Keep the key of a deleted gateway valid."""
    if kind is not GATEWAYS or after is not None:
        original(self, kind, before, after)


MUTANTS += (
    mutant("GEN-06/long-name", schema("Name", setting(maxLength=101))),
    mutant("GEN-06/limit-of-101", parameter("Limit", maximum=101)),
    mutant("GEN-06/long-version", schema("ShortText", setting(maxLength=65))),
    mutant("GEN-06/long-notes", field("UpdateEvent", "notes", maxLength=2001)),
    mutant("GEN-07/name-of-100", schema("Name", setting(maxLength=99))),
    mutant("GEN-07/limit-of-100", parameter("Limit", maximum=99)),
    mutant("GEN-07/version-of-64", schema("ShortText", setting(maxLength=63))),
    mutant("GEN-07/notes-of-2000", field("UpdateEvent", "notes", maxLength=1999)),
    mutant("GEN-07/starred-false", parameter("Starred", const=True)),
    mutant("GW-93/gone", refusing("getGateway", errors.NotFound, errors.PairingCodeExpired())),
)
