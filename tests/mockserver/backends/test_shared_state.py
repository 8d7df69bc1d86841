"""Whatever is changed at one replica shows at the others."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice

import httpx
import pytest

from mockserver import CONTROL_PREFIX
from tests import postgres
from tests.harness import Running, World, running
from tests.mockserver.backends.replica_pair import ReplicaPair, on_replica
from tests.mockserver.control.calls import state
from tests.mockserver.http.steps import RULE, done, instant, new_code, new_rule, ok

OWNER, EVENTS, RULES = "sk_live_abc123", "/api/v1/events", "/api/v1/alert-rules"


def at_once(count: int, call: Callable[[int], httpx.Response]) -> Counter[int]:
    """Make ``count`` calls concurrently and return how often each status came."""
    with ThreadPoolExecutor(count) as pool:
        return Counter(answer.status_code for answer in pool.map(call, range(count)))


def test_writes_at_one_replica_are_read_and_changed_at_the_other(pair: ReplicaPair, world: World) -> None:
    for number, mock in enumerate(islice(pair.alternating(), 20)):
        other = pair.second if mock is pair.first else pair.first
        rule_id = ok(on_replica(world, mock).owner.post(RULES, json={**RULE, "name": f"R{number}"}), 201)["id"]
        path = f"{RULES}/{rule_id}"
        assert ok(on_replica(world, other).owner.patch(path, json={"cooldown_sec": number}))["name"] == f"R{number}"
        assert ok(on_replica(world, mock).owner.get(path))["cooldown_sec"] == number
        assert ok(on_replica(world, other).owner.get(RULES))["total"] == number + 1
        done(on_replica(world, other).owner.delete(path)) if number % 2 else None
        ok(on_replica(world, mock).owner.post(RULES, json=RULE), 201) if number % 2 else None


def test_cursors_and_access_tokens_are_valid_at_every_replica(pair: ReplicaPair, world: World) -> None:
    world.record(count=3)
    page = ok(world.owner.get(EVENTS, params={"limit": 2}))
    second_page = ok(
        on_replica(world, pair.second).owner.get(EVENTS, params={"limit": 2, "cursor": page["next_cursor"]})
    )
    assert len({event["id"] for event in page["data"] + second_page["data"]}) == page["total"] == 3
    owner = world.described["actors"]["owner"]
    login = {"email": owner["email"], "password": owner["password"]}
    token = ok(pair.first.client().post("/api/v1/auth/login", json=login))["access_token"]
    assert ok(pair.second.client(token).get("/api/v1/auth/me"))["email"] == owner["email"]


def test_clocks_freeze_and_jump_together(pair: ReplicaPair) -> None:
    def now(mock: Running) -> str:
        return str(mock.control("GET", "/clock")["now"])

    frozen = pair.first.control("POST", "/clock", json={"freeze": True})
    assert pair.second.control("GET", "/clock") == frozen
    for number, mock in enumerate(islice(pair.alternating(), 6)):
        shown = mock.control("POST", "/clock", json={"advance": 60 + number})["now"]
        assert now(pair.first) == now(pair.second) == shown
    assert pair.second.client().post(f"{CONTROL_PREFIX}/clock", json={"set": frozen["now"]}).status_code == 400
    pair.second.control("POST", "/clock", json={"freeze": False})
    before = instant(now(pair.first))
    after = instant(now(pair.second))
    assert timedelta() < after - before < timedelta(seconds=10)


def test_due_records_are_handled_once_whichever_replica_jumps(pair: ReplicaPair, world: World) -> None:
    body = {
        "name": "C",
        "site_id": world.sites[0],
        "type": "rtsp",
        "connection_mode": "direct",
        "stream_url": "rtsp://x",
    }
    for mock in islice(pair.alternating(), 4):
        camera = ok(on_replica(world, mock).operator.post("/api/v1/cameras", json=body), 201)
        assert camera["status"] == "pending"
        other = pair.second if mock is pair.first else pair.first
        other.control("POST", "/clock", json={"advance": 11})
        found = ok(on_replica(world, mock).owner.get(f"/api/v1/cameras/{camera['id']}"))
        assert found["status"] == "online"


def test_a_fault_applies_as_often_as_it_says_over_all_replicas(pair: ReplicaPair, world: World) -> None:
    fault = pair.first.control(
        "POST", "/faults", json={"operation": "listEvents", "status": 503, "times": 7, "after": 2}
    )
    owners = [on_replica(world, mock).owner for mock in (pair.first, pair.second)]
    assert at_once(40, lambda n: owners[n % 2].get(EVENTS)) == {503: 7, 200: 33}
    (listed,) = pair.second.control("GET", "/faults")["data"]
    assert (listed["id"], listed["matched"], listed["seen"]) == (fault["id"], 7, 2)
    pair.second.control("DELETE", "/faults")
    assert pair.first.control("POST", "/faults", json={"status": 500, "operation": "getEvent"})["id"] == fault["id"] + 1


def test_a_sequence_goes_on_at_every_replica(pair: ReplicaPair, world: World) -> None:
    steps = [{"answer": {"status": 500 + number, "body": None}} for number in range(4)]
    fault = pair.first.control("POST", "/faults", json={"match": {"org": world.id}, "sequence": steps})
    found = [on_replica(world, mock).owner.get(EVENTS) for mock in islice(pair.alternating(), 6)]
    assert [answer.status_code for answer in found] == [500, 501, 502, 503, 200, 200]
    assert [answer.text for answer in found[:4]] == ["null"] * 4
    assert pair.first.control("GET", f"/faults/{fault['id']}")["matched"] == 4
    pair.second.control("DELETE", f"/faults/{fault['id']}")
    assert pair.first.control("GET", "/faults")["total"] == 0


def test_faults_are_added_and_cleared_at_every_replica(pair: ReplicaPair, world: World) -> None:
    for mock in islice(pair.alternating(), 6):
        other = pair.second if mock is pair.first else pair.first
        mock.control("POST", "/faults", json={"operation": "listEvents", "status": 418})
        assert on_replica(world, other).owner.get(EVENTS).status_code == 418
        other.control("DELETE", "/faults")
        assert on_replica(world, mock).owner.get(EVENTS).status_code == 200


def test_the_journal_has_the_calls_of_all_replicas_in_order(pair: ReplicaPair, world: World) -> None:
    pair.first.control("DELETE", "/requests")
    for number, mock in enumerate(islice(pair.alternating(), 6)):
        on_replica(world, mock).owner.get(EVENTS, params={"limit": number + 1})
    for mock in (pair.first, pair.second):
        mock.client().get("/healthz")
    for mock in (pair.first, pair.second):
        found = mock.control("GET", "/requests", params={"org": world.id})
        assert [entry["query"] for entry in found["data"]] == [f"limit={number}" for number in (6, 5, 4, 3, 2, 1)]
        assert found["total"] == 6
        assert {entry["why"]["step"] for entry in found["data"]} == {"operation"}
        assert mock.control("GET", "/requests", params={"org": world.id, "limit": 2})["total"] == 6
        assert mock.control("GET", "/requests", params={"status": 404, "operation": "listEvents"})["total"] == 0
        sent = mock.control("GET", "/requests", params={"query": "limit=3", "header": "Accept: */*"})
        assert [entry["query"] for entry in sent["data"]] == ["limit=3"]
        later = mock.control(
            "GET", "/requests", params={"org": world.id, "after": sent["data"][0]["request_id"], "limit": 1}
        )
        assert ([entry["query"] for entry in later["data"]], later["total"]) == (["limit=6"], 3)
        assert mock.client().get("/_mock/requests", params={"after": "x"}).json()["field_errors"].keys() == {"after"}
    pair.second.control("DELETE", "/requests", params={"org": world.id})
    assert pair.first.control("GET", "/requests", params={"org": world.id})["total"] == 0
    assert pair.first.control("GET", "/requests")["total"] == 2
    pair.second.control("DELETE", "/requests")
    assert pair.first.control("GET", "/requests") == {"data": [], "total": 0}


def test_calls_of_other_replicas_are_waited_for_and_followed(pair: ReplicaPair, world: World) -> None:
    with ThreadPoolExecutor(2) as pool, pair.second.client().stream("GET", "/_mock/requests/stream") as stream:
        params = {"org": world.id, "count": 4, "wait": 20}
        waiting = pool.submit(lambda: pair.second.control("GET", "/requests", params=params))
        time.sleep(0.3)
        for mock in islice(pair.alternating(), 4):
            on_replica(world, mock).owner.get(EVENTS)
        found = [entry["request_id"] for entry in waiting.result()["data"]]
        followed = [line.removeprefix("id: ") for line in islice(stream.iter_lines(), 17) if line.startswith("id: ")]
    assert (len(found), sorted(followed)) == (4, sorted(found))
    verdict = pair.first.control("POST", "/requests/verify", json={"match": {"org": world.id}, "count": 4})
    assert verdict["met"]


def test_those_who_follow_see_calls_after_a_reset_with_a_new_schema(pair: ReplicaPair, database: str) -> None:
    with pair.first.client().stream("GET", "/_mock/requests/stream", timeout=20) as stream:
        for path in ("/healthz", "/healthz", "/nowhere"):
            pair.second.client().get(path)
        lines = (line for line in islice(stream.iter_lines(), 24) if line.startswith("data: "))
        assert ["/nowhere" in line for line in islice(lines, 3)] == [False, False, True]
        pair.second.control("POST", "/reset")
        postgres.execute(database, "alter sequence novavms_mock.journal_serial_seq restart")
        pair.second.client().get("/elsewhere")
        assert "/elsewhere" in next(lines)


def test_the_journal_keeps_the_last_calls_only(database: str) -> None:
    with running(store=database, journal_size=10) as mock:
        for number in range(35):
            mock.client().get(f"/nowhere/{number}")
            if number % 10 == 9:
                mock.control("GET", "/requests")
        found = mock.control("GET", "/requests")
    assert [entry["path"] for entry in found["data"]] == [f"/nowhere/{number}" for number in range(34, 24, -1)]
    assert found["total"] == 10


def test_in_a_full_journal_an_org_that_calls_much_pushes_out_its_own_calls(database: str) -> None:
    with running(store=database, journal_size=20) as mock:
        quiet, chatty = mock.org(), mock.org()
        for org, count in ((quiet, 4), (chatty, 40)):
            for number in range(count):
                org.owner.get(f"/nowhere/{number}")
                mock.control("GET", "/requests?limit=1")
        found = [mock.control("GET", f"/requests?org={org.id}") for org in (quiet, chatty)]
    assert [listed["total"] for listed in found] == [4, 16]
    assert [entry["path"] for entry in found[1]["data"]] == [f"/nowhere/{number}" for number in range(39, 23, -1)]


def test_a_rate_limit_counts_the_calls_of_all_replicas(pair: ReplicaPair, world: World) -> None:
    world.settings(rate_limit_burst=12, rate_limit_per_minute=1)
    admins = [on_replica(world, mock).admin for mock in (pair.first, pair.second)]
    assert at_once(40, lambda n: admins[n % 2].get(EVENTS)) == {200: 12, 429: 28}


def test_ids_codes_and_tokens_are_unique_over_all_replicas(pair: ReplicaPair, world: World, database: str) -> None:
    found = [
        ok(on_replica(world, mock).owner.post(RULES, json=RULE), 201)["id"] for mock in islice(pair.alternating(), 40)
    ]
    requests = [mock.client().get("/nowhere").headers["x-request-id"] for mock in islice(pair.alternating(), 40)]
    with running(store=database) as third:
        found += [ok(on_replica(world, third).owner.post(RULES, json=RULE), 201)["id"] for _ in range(20)]
    with running(store=database) as fourth:
        found += [ok(on_replica(world, fourth).owner.post(RULES, json=RULE), 201)["id"] for _ in range(20)]
        codes = [new_code(on_replica(world, mock))["pairing_code"] for mock in (fourth, pair.first, pair.second)]
    assert len(set(found)) == 80
    assert len(set(requests)) == 40
    assert len(set(codes)) == 3


def test_a_reset_takes_effect_at_every_replica(pair: ReplicaPair, world: World) -> None:
    new_rule(world)
    pair.first.control("POST", "/faults", json={"status": 503})
    pair.first.control("POST", "/clock", json={"freeze": True})
    pair.second.control("POST", "/reset")
    for mock in (pair.first, pair.second):
        assert on_replica(world, mock).owner.get(EVENTS).status_code == 401
        assert ok(mock.client(OWNER).get(EVENTS))["total"] > 300
        assert mock.control("GET", "/faults")["total"] == 0
        assert not mock.control("GET", "/clock")["frozen"]


def test_a_snapshot_taken_at_one_and_restored_at_the_other_takes_effect_at_both(
    pair: ReplicaPair, world: World
) -> None:
    new_rule(world)
    pair.first.control("POST", "/clock", json={"freeze": True})
    pair.first.control("POST", "/faults", json={"status": 503, "operation": "getEvent", "times": 3})
    taken = pair.second.control("GET", "/snapshot")
    pair.first.control("POST", "/reset")
    pair.second.control("PUT", "/snapshot", json=taken)
    assert state(pair.first) == state(pair.second) == {name: taken[name] for name in taken if name != "clock"}
    assert pair.first.control("GET", "/clock") == pair.second.control("GET", "/clock") == taken["clock"]
    known = {row["id"] for rows in taken["data"].values() for row in rows}
    for mock, rules in ((pair.first, 1), (pair.second, 2)):
        assert ok(on_replica(world, mock).owner.get(RULES))["total"] == rules
        assert ok(on_replica(world, mock).owner.post(RULES, json=RULE), 201)["id"] not in known


def test_mutants_are_active_in_all_replicas_also_in_later_ones(pair: ReplicaPair, database: str) -> None:
    pair.first.control("PUT", "/mutants", json={"ids": ["EV-26/default-10"]})
    with running(store=database, strict_responses=False) as third:
        for mock in (pair.first, pair.second, third):
            assert mock.control("GET", "/mutants") == {"ids": ["EV-26/default-10"]}
            assert len(ok(mock.client(OWNER).get(EVENTS))["data"]) == 10
        third.control("PUT", "/mutants", json={"ids": []})
        for mock in (pair.first, pair.second, third):
            assert len(ok(mock.client(OWNER).get(EVENTS))["data"]) == 20


@pytest.mark.parametrize("seed", [7])
def test_the_same_seed_gives_the_same_data(database: str, seed: int) -> None:
    def seed_and_events() -> list[object]:
        with running(store=database, seed=seed, strict_responses=True) as mock:
            mock.control("POST", "/reset")
            events = ok(mock.client(OWNER).get(EVENTS))["data"]
            return [mock.control("GET", "/snapshot")["chance"]["seed"], [event["id"] for event in events]]

    assert seed_and_events() == seed_and_events()
    with running(seed=seed) as single:
        events = ok(single.client(OWNER).get(EVENTS))["data"]
        assert [event["id"] for event in events] == seed_and_events()[1]
