"""Which replica has a gateway's socket, and what becomes of gateways whose replica died."""

from typing import Any

from mockserver.backends.base import GiveWay
from mockserver.domain import gateways
from mockserver.operations import notifications
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import Chance
from mockserver.store.kinds import GATEWAYS
from mockserver.store.postgres.bus import Bus
from mockserver.store.postgres.pool import literal
from mockserver.store.postgres.store import PostgresStore

_CLAIM = "claim"


class SharedClaims:
    """Claims that every replica hears in the same order, so that all agree on which was the last."""

    def __init__(self, bus: Bus, store: PostgresStore, clock: Clock, chance: Chance) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._chance = chance

    def obey(self, give_way: GiveWay) -> None:
        """Carry claims out by this."""

        async def carry_out(claim: dict[str, Any]) -> None:
            mine = claim["replica"] == self._bus.number
            await give_way(claim["gateway"], claim["number"] if mine else None)

        self._bus.obeyed[_CLAIM] = carry_out

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket of this process the gateway's; others of it have given way."""
        values = f"{literal(org_id)}, {literal(gateway_id)}, {self._bus.number}, {number}"
        noted = (
            f"insert into sockets (org_id, gateway_id, replica, number) values ({values}) "
            "on conflict (org_id, gateway_id) do update set replica = excluded.replica, number = excluded.number"
        )
        claim = {"gateway": gateway_id, "replica": self._bus.number, "number": number}
        await self._bus.everyone(_CLAIM, claim, first=noted)

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Give the gateway up, unless somebody else claimed it since."""
        ours = f"replica = {self._bus.number} and number = {number}"
        gone = f"org_id = {literal(org_id)} and gateway_id = {literal(gateway_id)}"
        async with self._store.writers.transaction() as link:
            await link.run(f"delete from sockets where {gone} and {ours}")

    async def bury(self) -> None:
        """Let gateways be offline whose socket went down with its replica."""
        async with self._store.writers.transaction() as link:
            rows = await link.rows("select org_id, gateway_id, replica from sockets")
        there = await self._bus.there()
        for org_id, gateway_id, replica in rows:
            if replica not in there:
                await self._bury(org_id, gateway_id, replica)

    async def _bury(self, org_id: str, gateway_id: str, replica: int) -> None:
        dead = "delete from sockets where org_id = $1 and gateway_id = $2 and replica = $3 returning 1"
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, org_id, gateway_id)
            was_dead = await (await tx.connected()).value(dead, org_id, gateway_id, replica)
            if gateway is not None and was_dead:
                after = gateways.disconnect(gateway)
                await tx.put(GATEWAYS, after)
                await notifications.gateway_changed(tx, self._chance, gateway, after, self._clock.now())
