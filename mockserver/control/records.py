"""What an org holds, kind by kind, as snapshots have it, and what of it expires next."""

import heapq
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mockserver.control.context import MockContext, Request
from mockserver.control.orgs import existing
from mockserver.domain.errors import InvalidInput
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.store import kinds
from mockserver.store.base import Query, Transaction

_SHOWN_OF_GATEWAY = (
    "id", "org_id", "name", "site_id", "status", "version", "local_ip", "last_heartbeat_at", "telemetry", "readings",
)  # fmt: skip


async def list_records(request: Request) -> dict[str, Any]:
    """Return a page of the records of one kind, newest first. Raises NotFound, InvalidInput."""
    params = request.params
    kind, org_id, after = kinds.ALL[params["kind"]], params["id"], None
    async with request.context.store.snapshot() as tx:
        await existing(tx, org_id)
        if "after" in params:
            last = await tx.get(kind, org_id, params["after"])
            if last is None:
                raise InvalidInput({"after": [f"is not the id of one of the {kind.name} of this org"]})
            after = kind.position(last)
        page = await tx.page(Query(kind, org_id), params["limit"], after)
    return {"data": page.rows, "total": page.total, "more": page.more}


async def list_gateways(request: Request) -> dict[str, Any]:
    """Return gateways of one org or of all, with what they last reported of themselves.

    They come org by org, in each the newest first. Raises NotFound, InvalidInput.
    """
    params, status, after = request.params, request.params.get("status"), request.params.get("after")
    async with request.context.store.snapshot() as tx:
        if "org" in params:
            await existing(tx, params["org"])
        org_ids = [params["org"]] if "org" in params else sorted(await tx.orgs())
        found = [gateway for org_id in org_ids for gateway in await tx.select(Query(kinds.GATEWAYS, org_id))]
    start = next((place for place, gateway in enumerate(found, 1) if gateway.id == after), None) if after else 0
    if start is None:
        raise InvalidInput({"after": ["is not the id of a gateway"]})
    following = [gateway for gateway in found[start:] if status in (None, gateway.status)]
    counts = Counter(gateway.status for gateway in found)
    return {
        "data": [_described(gateway) for gateway in following[: params["limit"]]],
        "total": len(found) if status is None else counts[status],
        "online": counts[GatewayStatus.ONLINE],
    }


def _described(gateway: Gateway) -> dict[str, Any]:
    return {name: getattr(gateway, name) for name in _SHOWN_OF_GATEWAY}


async def list_expiries(request: Request) -> dict[str, Any]:
    """Return what expires next, soonest first by the clock of its org. Raises NotFound."""
    context, params = request.context, request.params
    found: list[dict[str, Any]] = []
    async with context.store.snapshot() as tx:
        if "org" in params:
            await existing(tx, params["org"])
        for org_id in [params["org"]] if "org" in params else await tx.orgs():
            found += await _of_org(context, tx, org_id)
    soonest = heapq.nsmallest(params["limit"], found, key=lambda one: (one["seconds"], one["id"]))
    return {"data": soonest, "total": len(found)}


async def _of_org(context: MockContext, tx: Transaction, org_id: str) -> list[dict[str, Any]]:
    own, now = context.clock.own_clocks.get(org_id), context.clock.of(org_id).now()
    stopped = own is not None and own.time.frozen_at is not None
    codes = await tx.select(Query(kinds.PAIRING_CODES, org_id, {"redeemed": (False,)}))
    records: dict[str, Iterator[Any]] = {
        kinds.PAIRING_CODES.name: codes,
        kinds.API_KEYS.name: await tx.select(Query(kinds.API_KEYS, org_id)),
        kinds.SESSIONS.name: await tx.select(Query(kinds.SESSIONS, org_id)),
    }
    return [
        {
            "kind": name,
            "id": record.id,
            "org_id": org_id,
            "expires_at": record.expires_at,
            "seconds": (record.expires_at - now).total_seconds(),
            "stopped": stopped,
        }
        for name, rows in records.items()
        for record in rows
        if _expires_after(record.expires_at, now)
    ]


def _expires_after(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and expires_at > now
