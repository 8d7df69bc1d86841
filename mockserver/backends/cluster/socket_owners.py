"""Which replica has a gateway's socket; a gateway whose replica died goes offline."""

from typing import Any

from mockserver.backends.base import Admit
from mockserver.domain import gateways
from mockserver.operations import notifications
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import GATEWAYS
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import literal
from mockserver.store.postgres.store import PostgresStore

_CLAIM = "claim"


class SharedSocketOwners:
    """Owners that every replica learns of in the same order, so that all agree on which claim was the last."""

    def __init__(self, bus: Bus, store: PostgresStore, clock: Clock, random_source: RandomSource) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._random_source = random_source

    def on_claim(self, admit: Admit) -> None:
        """Set what carries out a claim in this process."""

        async def carry_out(claim: dict[str, Any]) -> None:
            mine = claim["replica"] == self._bus.number
            await admit(claim["gateway"], claim["number"] if mine else None)

        self._bus.handlers[_CLAIM] = carry_out

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket of this process the gateway's; its other sockets are closed when this returns."""
        values = f"{literal(org_id)}, {literal(gateway_id)}, {self._bus.number}, {number}"
        noted = (
            f"insert into sockets (org_id, gateway_id, replica, number) values ({values}) "
            "on conflict (org_id, gateway_id) do update set replica = excluded.replica, number = excluded.number"
        )
        claim = {"gateway": gateway_id, "replica": self._bus.number, "number": number}
        await self._bus.broadcast(_CLAIM, claim, first=noted)

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Give the gateway up, unless another socket has claimed it since."""
        ours = f"replica = {self._bus.number} and number = {number}"
        gone = f"org_id = {literal(org_id)} and gateway_id = {literal(gateway_id)}"
        async with self._store.writers.transaction() as link:
            await link.run(f"delete from sockets where {gone} and {ours}")

    async def reap_dead(self) -> None:
        """Disconnect the gateways whose replica died."""
        async with self._store.writers.transaction() as link:
            rows = await link.rows("select org_id, gateway_id, replica from sockets")
        members = await self._bus.members()
        for org_id, gateway_id, replica in rows:
            if replica not in members:
                await self._reap(org_id, gateway_id, replica)

    async def _reap(self, org_id: str, gateway_id: str, replica: int) -> None:
        dead = "delete from sockets where org_id = $1 and gateway_id = $2 and replica = $3 returning 1"
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, org_id, gateway_id)
            was_dead = await (await tx.connected()).value(dead, org_id, gateway_id, replica)
            if gateway is not None and was_dead:
                after = gateways.disconnect(gateway)
                await tx.put(GATEWAYS, after)
                await notifications.gateway_changed(tx, self._random_source, gateway, after, self._clock.now())
