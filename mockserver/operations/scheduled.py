"""The turns that a scenario has in store."""

from mockserver.domain import gateways
from mockserver.domain.gateways import GatewayTurn
from mockserver.operations import notifications
from mockserver.runtime.random_source import Chance
from mockserver.store.base import Store
from mockserver.store.kinds import GATEWAY_TURNS, GATEWAYS


async def take(store: Store, chance: Chance, turn: GatewayTurn) -> None:
    """Let a gateway's connection come or go, and say when it does so again; a turn that was taken is over."""
    async with store.transaction() as tx:
        if await tx.get(GATEWAY_TURNS, turn.org_id, turn.id) != turn:
            return
        gateway = await tx.get(GATEWAYS, turn.org_id, turn.gateway_id)
        if gateway is not None:
            after = gateways.turned(gateway, turn)
            await tx.put(GATEWAYS, after)
            await notifications.gateway_changed(tx, chance, gateway, after, turn.due_at)
        next_turn = gateways.following(turn) if gateway else None
        if next_turn is None:
            await tx.remove(GATEWAY_TURNS, turn)
        else:
            await tx.put(GATEWAY_TURNS, next_turn)
