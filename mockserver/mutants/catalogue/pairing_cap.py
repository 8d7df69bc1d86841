"""Mutants about the number of active pairing codes, and their lifetime."""

import asyncio
from datetime import timedelta
from typing import Any

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import MAX_SILENCE
from mockserver.mutants.operators.operations import first, serving, slowly
from mockserver.mutants.operators.patches import Mutants, Original, Patch, around, mutant, occasionally, replaced
from mockserver.mutants.operators.refusals import code_of, refusing, status_of
from mockserver.operations import gateways
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import PAIRING_CODES
from mockserver.store.memory import MemoryTransaction


def _redeemed_later(seconds: float) -> Patch:
    """Redeem codes as if it were so many seconds later, or earlier if that is negative."""
    delay = timedelta(seconds=seconds)
    return around(pairing.redeem, lambda original, code, now: original(code, now + delay))


async def _count_redeemed(call: Call) -> None:
    """Count redeemed codes as active until they expire."""
    codes = await call.tx.select(Query(PAIRING_CODES, call.org_id))
    if sum(call.now < code.expires_at for code in codes) >= pairing.MAX_ACTIVE_CODES:
        raise errors.TooManyPairingCodes(1, pairing.MAX_ACTIVE_CODES)


async def _count_codes_of_all_orgs(call: Call) -> None:
    """Apply the limit to the codes of all orgs together."""
    codes = [code for org in await call.tx.orgs() for code in await call.tx.select(Query(PAIRING_CODES, org))]
    if sum(pairing.active(code, call.now) for code in codes) >= pairing.MAX_ACTIVE_CODES:
        raise errors.TooManyPairingCodes(1, pairing.MAX_ACTIVE_CODES)


MUTANTS = Mutants()


@MUTANTS.defect("GW-20/race", of=gateways._unused_code)
async def wait_before_code(original: Original, call: Call) -> Any:
    """Let other requests run after the active codes are counted."""
    await asyncio.sleep(0.02)
    return await original(call)


MUTANTS += (
    mutant("GW-19/half-the-time", _redeemed_later(300)),
    mutant("GW-19/a-second-early", _redeemed_later(1)),
    mutant("GW-19/a-second-late", _redeemed_later(-1), "GW-52"),
    mutant("GW-19/nine-minutes", replaced(lambda: pairing.LIFETIME, timedelta(minutes=9)), "GW-34"),
    mutant("GW-19/never-expires", _redeemed_later(-MAX_SILENCE.total_seconds() * 1000), "GW-52"),
    mutant("GW-20/four", replaced(lambda: pairing.MAX_ACTIVE_CODES, 4)),
    mutant("GW-20/six", replaced(lambda: pairing.MAX_ACTIVE_CODES, 6), "GW-21"),
    mutant("GW-20/no-cap", replaced(lambda: pairing.MAX_ACTIVE_CODES, 10**6), "GW-21"),
    mutant("GW-21/conflict", code_of(errors.TooManyPairingCodes, "conflict")),
    mutant("GW-21/status-400", status_of(errors.TooManyPairingCodes, 400)),
    mutant("GW-22/expired-counts", around(pairing.active, lambda original, code, now: not code.redeemed)),
    mutant("GW-22/redeemed-counts", serving("generatePairingCode", first(_count_redeemed))),
    mutant("GW-22/newest-alone-counts", around(pairing.active, lambda original, code, now: False), "GW-20"),
    mutant("GW-23/one-cap-for-all", serving("generatePairingCode", first(_count_codes_of_all_orgs))),
    mutant("GW-52/not-found", refusing("pairGateway", errors.PairingCodeExpired, errors.NotFound("code"))),
    mutant("GW-52/conflict", refusing("pairGateway", errors.PairingCodeExpired, errors.PairingCodeRedeemed())),
    mutant("GW-52/another-word", code_of(errors.PairingCodeExpired, "expired")),
    mutant("GW-53/again", around(pairing.redeem, lambda original, code, now: code), "GW-51"),
    mutant("GW-53/sometimes-again", around(pairing.redeem, occasionally(20, lambda original, code, now: code))),
    mutant("GW-53/race", around(MemoryTransaction.find, slowly(PAIRING_CODES))),
)
