"""The turns that a scenario has in store."""

from mockserver.domain import gateways
from mockserver.domain.gateways import GatewayTurn
from mockserver.store.base import Store
from mockserver.store.kinds import GATEWAY_TURNS, GATEWAYS


async def take(store: Store, turn: GatewayTurn) -> None:
    """Let a gateway's connection come or go, and say when it does so again."""
    async with store.transaction() as tx:
        gateway = await tx.get(GATEWAYS, turn.org_id, turn.gateway_id)
        next_turn = gateways.following(turn)
        if gateway is not None:
            await tx.put(GATEWAYS, gateways.turned(gateway, turn))
        if gateway is not None and next_turn is not None:
            await tx.put(GATEWAY_TURNS, next_turn)
        else:
            await tx.remove(GATEWAY_TURNS, turn)
