"""Which replica owns the socket of each gateway; a gateway whose replica has died goes offline."""

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
    """Owners of sockets in all replicas, which receive every claim in the same order and so agree on the last one."""

    def __init__(self, bus: Bus, store: PostgresStore, clock: Clock, random_source: RandomSource) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._random_source = random_source

    def on_claim(self, admit: Admit) -> None:
        """Call ``admit`` for every claim, made by any replica."""

        async def handle(claim: dict[str, Any]) -> None:
            is_here = claim["replica"] == self._bus.number
            await admit(claim["gateway"], claim["number"] if is_here else None)

        self._bus.handlers[_CLAIM] = handle

    async def claim(self, org_id: str, gateway_id: str, number: int) -> None:
        """Make a socket of this process the gateway's; its other sockets are closed when this returns."""
        values = f"{literal(org_id)}, {literal(gateway_id)}, {self._bus.number}, {number}"
        upsert = (
            f"insert into sockets (org_id, gateway_id, replica, number) values ({values}) "
            "on conflict (org_id, gateway_id) do update set replica = excluded.replica, number = excluded.number"
        )
        claim = {"gateway": gateway_id, "replica": self._bus.number, "number": number}
        await self._bus.broadcast(_CLAIM, claim, statement=upsert)

    async def release(self, org_id: str, gateway_id: str, number: int) -> None:
        """Give the gateway up, unless another socket has claimed it since."""
        of_gateway = f"org_id = {literal(org_id)} and gateway_id = {literal(gateway_id)}"
        of_socket = f"replica = {self._bus.number} and number = {number}"
        async with self._store.writers.transaction() as connection:
            await connection.execute(f"delete from sockets where {of_gateway} and {of_socket}")

    async def reap_dead(self) -> None:
        """Mark the gateways whose replica has died as disconnected."""
        async with self._store.writers.transaction() as connection:
            rows = await connection.rows("select org_id, gateway_id, replica from sockets")
        members = await self._bus.members()
        for org_id, gateway_id, replica in rows:
            if replica not in members:
                await self._reap(org_id, gateway_id, replica)

    async def _reap(self, org_id: str, gateway_id: str, replica: int) -> None:
        delete = "delete from sockets where org_id = $1 and gateway_id = $2 and replica = $3 returning 1"
        async with self._store.transaction() as tx:
            gateway = await tx.get(GATEWAYS, org_id, gateway_id)
            deleted = await (await tx.connection()).value(delete, org_id, gateway_id, replica)
            if gateway is not None and deleted:
                after = gateways.disconnect(gateway)
                await tx.put(GATEWAYS, after)
                now = self._clock.of(org_id).now()
                await notifications.gateway_changed(tx, self._random_source, gateway, after, now)
