"""The number of round trips to the database that the most frequent calls take; they dominate the time of a call."""

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
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import API_KEYS, CAMERAS, EVENTS, ORGS, USERS
from mockserver.store.postgres.pool import Connection
from tests import postgres
from tests.factories import NOON, ORG, api_key, camera, event, org, user
from tests.mockserver.store.store_harness import StoreHarness, in_postgres


@pytest.fixture
def filled(server_of: Callable[[str], postgres.Server]) -> Iterator[StoreHarness]:
    """A database with an org, a user with an API key, a camera, and an event of it."""
    with in_postgres(server_of(postgres.newest()).database()) as harness:
        harness.fill((ORGS, org()), (USERS, user()), (API_KEYS, api_key()), (CAMERAS, camera()), (EVENTS, event()))
        yield harness


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements sent to the database from now on."""
    sent: list[str] = []

    def recording(send: Callable[..., Any]) -> Callable[..., Any]:
        def record(connection: Connection, sql: str, *arguments: Any) -> Any:
            sent.append(sql)
            return send(connection, sql, *arguments)

        return record

    for name in ("value", "rows", "execute"):
        monkeypatch.setattr(Connection, name, recording(getattr(Connection, name)))
    return sent


async def twice(statements: list[str], call: Callable[[], Awaitable[Any]]) -> tuple[Any, list[str]]:
    """Make a call twice, so that a connection is open; return the second result and its round trips."""
    await call()
    statements.clear()
    return await call(), list(statements)


def test_identifying_a_caller_and_charging_the_rate_limit_takes_two_round_trips(
    filled: StoreHarness, statements: list[str]
) -> None:
    admission = Admission(filled.store, RandomSource(1), Clock())

    async def call() -> int:
        pending = PendingCall(api_key().token, NOON, cost=True)
        await admission.admit(pending)
        return pending.quota.remaining if pending.quota else 0

    remaining, sent = filled.run(twice(statements, call))
    assert remaining == OrgSettings().rate_limit_burst - 2
    assert len(sent) == 2, sent


@pytest.mark.parametrize("operation", [events.update_event, events.get_event])
def test_reading_or_changing_an_event_takes_two_round_trips(
    filled: StoreHarness, statements: list[str], operation: Function
) -> None:
    document, caller = load_document(None), Caller("key", ORG, Role.OWNER, user().id, "Olive")
    opened = filled.store.transaction if operation is events.update_event else filled.store.snapshot

    async def call() -> Any:
        async with opened() as tx:
            body = {"starred": True}
            params, random_source = {"id": event().id}, RandomSource(1)
            call = Call("it", tx, caller, NOON, Clock(), params, body, random_source, document, RenderedPages())
            return await operation(call)

    shown, sent = filled.run(twice(statements, call))
    assert shown["starred"] is (operation is events.update_event)
    assert len(sent) == 2, sent
