"""How often what the API does most goes to the database, which is most of what it takes there."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from mockserver.app import load_document
from mockserver.domain.access import Caller, Role
from mockserver.domain.orgs import OrgSettings
from mockserver.http.admission import Admission, PendingCall
from mockserver.operations import events
from mockserver.operations.call import Call, Function
from mockserver.operations.rendered_pages import RenderedPages
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import API_KEYS, CAMERAS, EVENTS, ORGS, USERS
from mockserver.store.postgres.pool import Connection
from tests import postgres
from tests.factories import NOON, ORG, api_key, camera, event, org, user
from tests.mockserver.store.store_harness import StoreHarness, in_postgres


@pytest.fixture
def filled(server_of: Callable[[str], postgres.Server]) -> Iterator[StoreHarness]:
    """A database with an org, somebody with a key, a camera, and an event of it."""
    with in_postgres(server_of(postgres.newest()).database()) as harness:
        harness.fill((ORGS, org()), (USERS, user()), (API_KEYS, api_key()), (CAMERAS, camera()), (EVENTS, event()))
        yield harness


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the database from now on."""
    gone: list[str] = []

    def noted(send: Callable[..., Any]) -> Callable[..., Any]:
        def trip(connection: Connection, sql: str, *arguments: Any) -> Any:
            gone.append(sql)
            return send(connection, sql, *arguments)

        return trip

    for name in ("value", "rows", "execute"):
        monkeypatch.setattr(Connection, name, noted(getattr(Connection, name)))
    return gone


async def twice(trips: list[str], act: Callable[[], Awaitable[Any]]) -> tuple[Any, list[str]]:
    """Do something and do it again; return what comes of it, and the trips when there is a connection already."""
    await act()
    trips.clear()
    return await act(), list(trips)


def test_a_caller_is_found_and_charged_in_two(filled: StoreHarness, trips: list[str]) -> None:
    admission = Admission(filled.store, RandomSource(1))

    async def act() -> int:
        guest = PendingCall(api_key().token, NOON, cost=True)
        await admission.admit(guest)
        return guest.quota.remaining if guest.quota else 0

    left, gone = filled.run(twice(trips, act))
    assert left == OrgSettings().rate_limit_burst - 2
    assert len(gone) == 2, gone


@pytest.mark.parametrize("operation", [events.update_event, events.get_event])
def test_an_event_is_shown_or_changed_in_two(filled: StoreHarness, trips: list[str], operation: Function) -> None:
    document, caller = load_document(None), Caller("key", ORG, Role.OWNER, user().id, "Olive")
    opened = filled.store.transaction if operation is events.update_event else filled.store.snapshot

    async def act() -> Any:
        async with opened() as tx:
            body = {"starred": True}
            call = Call("it", tx, caller, NOON, {"id": event().id}, body, RandomSource(1), document, RenderedPages())
            return await operation(call)

    shown, gone = filled.run(twice(trips, act))
    assert shown["starred"] is (operation is events.update_event)
    assert len(gone) == 2, gone
