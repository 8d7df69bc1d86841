"""What a long day leaves behind: nothing of what was removed, and no more than a bound of what has ended."""

import asyncio
import gc
import time
import weakref
from datetime import timedelta
from typing import Any

import pytest

from mockserver.domain import sessions
from mockserver.mock import Mock
from mockserver.runtime.clock import Clock
from mockserver.store import kinds
from mockserver.store.block import Block
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, camera, uuid
from tests.harness import World
from tests.mockserver.http.steps import ok
from tests.mockserver.webhooks.steps import HOOKS, advance

LOGIN = "/api/v1/auth/login"
CODES = "/api/v1/gateways/generate-pairing-code"


def store(mock: Mock) -> MemoryStore:
    found = mock.instance.context.store
    assert isinstance(found, MemoryStore)
    return found


def count(world: World, kind: Any) -> int:
    tables = store(world.running.mock).tables.values()
    return sum(len(table[kind.name].records) for table in tables if kind.name in table)


def held(mock: Mock) -> dict[str, Any]:
    """Return the names of all that the store holds, and the number of timers."""
    found = store(mock)
    return {
        "tables": {org_id: sorted(tables) for org_id, tables in found.tables.items()},
        "unique": {name: sorted(values) for name, values in found.unique.items()},
        "shared": {name: sorted(values) for name, values in found.shared.items()},
        "timers": len([timer for _, _, timer in mock.instance.context.clock._timers if not timer.cancelled]),
    }


def test_removed_org_leaves_nothing(frozen: World) -> None:
    mock = frozen.running.mock
    before = held(mock)
    for _ in range(2):
        org = frozen.running.org(fixture="small", events=20)
        org.owner.post(HOOKS, json={"name": "x", "url": "https://127.0.0.1:1", "event_types": ["event"]})
        org.record(count=3)
        advance(org, 1)
        org.running.control("DELETE", f"/orgs/{org.id}")
    assert held(mock) == before


def test_a_restart_frees_what_the_instance_before_had_without_a_collection(frozen: World) -> None:
    mock = frozen.running.mock
    before = weakref.ref(mock.instance.context.store)
    assert frozen.running.client().get("/_mock", follow_redirects=True).is_success  # a page of the console
    gc.collect()
    gc.disable()
    try:
        frozen.running.control("PUT", "/mutants", json={"ids": []})
        until = time.monotonic() + 5
        while before() is not None:  # the call itself
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        gc.enable()


def test_block_holds_no_values_that_none_of_its_records_has() -> None:
    block = Block(("site_id", "status"))
    one, other = camera(), camera(id=uuid(7), site_id=uuid(8))
    for record in (one, other):
        block.insert(kinds.CAMERAS.position(record), record)
    block.replace(kinds.CAMERAS.position(one), one, camera(site_id=uuid(9)))
    assert set(block._bits["site_id"]) == {uuid(8), uuid(9)}
    for record in (one, other):
        block.remove(kinds.CAMERAS.position(record))
    assert block._bits == {"site_id": {}, "status": {}}


def log_in(world: World, email: str, password: str = "wrong") -> int:
    return world.running.client().post(LOGIN, json={"email": email, "password": password}).status_code


def test_attempts_to_log_in_that_no_longer_count_are_forgotten(frozen: World) -> None:
    for name in "abc":
        log_in(frozen, f"{name}@example.com")
    advance(frozen, 600)
    assert [log_in(frozen, "c@example.com") for _ in range(4)] == [401] * 4
    advance(frozen, 301)
    log_in(frozen, "d@example.com")
    assert count(frozen, kinds.LOGIN_ATTEMPTS) == 2
    assert [log_in(frozen, "c@example.com") for _ in range(2)] == [401, 429]


def test_attempts_are_kept_for_a_bounded_number_of_emails(frozen: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_ATTEMPTED_EMAILS", 20)
    for number in range(50):
        log_in(frozen, f"{number}@example.com")
    assert 18 <= count(frozen, kinds.LOGIN_ATTEMPTS) <= 20


def test_expired_sessions_go_when_anybody_of_the_org_logs_in(frozen: World) -> None:
    actors = frozen.described["actors"]
    for role in ("owner", "admin", "viewer"):
        assert log_in(frozen, actors[role]["email"], actors[role]["password"]) == 200
    assert count(frozen, kinds.SESSIONS) == 3
    advance(frozen, 8 * 86_400)
    assert log_in(frozen, actors["viewer"]["email"], actors["viewer"]["password"]) == 200
    assert count(frozen, kinds.SESSIONS) == 1


def test_codes_that_expired_an_hour_ago_are_forgotten(frozen: World) -> None:
    before = count(frozen, kinds.PAIRING_CODES)
    for wait in (3600, 600, 0):
        ok(frozen.admin.post(CODES, json={"name": "New", "site_id": frozen.sites[0]}), 201)
        advance(frozen, wait)
    assert count(frozen, kinds.PAIRING_CODES) == before + 2


def test_cancelled_timers_are_dropped() -> None:
    async def fill() -> Clock:
        clock = Clock(NOON)
        kept = clock.call_at(NOON + timedelta(days=1), asyncio.Event().wait)  # type: ignore[arg-type]
        for _ in range(5000):
            clock.call_at(NOON + timedelta(hours=1), asyncio.Event().wait).cancel()  # type: ignore[arg-type]
        assert any(timer is kept for _, _, timer in clock._timers)
        return clock

    assert len(asyncio.run(fill())._timers) <= 1024
