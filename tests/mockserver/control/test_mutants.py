"""Mutants, activated and deactivated while the process runs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.harness import Running, running
from tests.mockserver.control.calls import call, refused, state
from tests.mockserver.http.steps import new_code, ok

OWNER, EVENTS = "sk_live_abc123", "/api/v1/events"
#: A patch of a function, and an edit of the document.
FUNCTION, DOCUMENT = "GW-17/five", "EV-26/default-10"


def test_no_mutant_is_active_by_default(shared: Running) -> None:
    assert call(shared, "GET", "/mutants", 200) == {"ids": []}
    with running(mutants=(FUNCTION,)) as mock:
        assert call(mock, "GET", "/mutants", 200) == {"ids": [FUNCTION]}


def found(mock: Running) -> tuple[int, int]:
    """Return what the two mutants change: the items of a page, and the characters of a code."""
    page = ok(mock.client(OWNER).get(EVENTS))
    return len(page["data"]), len(new_code(mock.org())["pairing_code"])


def test_mutant_is_active_until_it_is_deactivated() -> None:
    with running(strict_responses=False) as mock:
        assert found(mock) == (20, 6)
        for ids, expected in (
            ([DOCUMENT], (10, 6)),
            ([FUNCTION], (20, 5)),
            ([FUNCTION, DOCUMENT], (10, 5)),
            ([], (20, 6)),
        ):
            assert call(mock, "PUT", "/mutants", 200, json={"ids": ids}) == {"ids": ids}
            assert call(mock, "GET", "/mutants", 200) == {"ids": ids}
            assert found(mock) == expected


def test_restart_restores_the_initial_state(isolated: Running) -> None:
    call(isolated, "PUT", "/mutants", 200, json={"ids": []})
    start = state(isolated)
    org = isolated.org(name="Extra")
    isolated.control("POST", "/faults", json={"status": 503, "operation": "getEvent"})
    isolated.control("POST", "/clock", json={"freeze": True})
    call(isolated, "PUT", "/mutants", 200, json={"ids": [DOCUMENT]})
    again = state(isolated)
    for name in ("chance", "faults", "journal"):
        assert again[name] == start[name], name
    assert [event["id"] for event in again["data"]["events"]] == [event["id"] for event in start["data"]["events"]]
    assert not call(isolated, "GET", "/clock", 200)["frozen"]
    assert org.owner.get(EVENTS).status_code == 401


def test_watcher_of_the_journal_is_kept(isolated: Running) -> None:
    seen: list[str] = []
    isolated.mock.journal.watch(lambda entry: seen.append(entry.path))
    call(isolated, "PUT", "/mutants", 200, json={"ids": []})
    isolated.client(OWNER).get(EVENTS)
    assert seen == [EVENTS]


def test_open_sockets_are_closed(isolated: Running) -> None:
    gateway = next(row for row in isolated.control("GET", "/snapshot")["data"]["gateways"] if row["api_key"])
    url = f"{isolated.base_url.replace('http', 'ws')}/api/v1/gateways/{gateway['id']}/ws"
    with connect(url, additional_headers={"Authorization": f"Bearer {gateway['api_key']}"}, proxy=None) as socket:
        socket.send('{"type": "heartbeat"}')
        socket.recv(timeout=5)
        call(isolated, "PUT", "/mutants", 200, json={"ids": []})
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1012


def test_an_unknown_mutant_is_refused_and_nothing_changes(isolated: Running) -> None:
    org = isolated.org()
    call(isolated, "PUT", "/mutants", 400, json={"ids": ["EV-26/nonsense"]})
    errors = refused(isolated, "PUT", "/mutants", "ids", json={"ids": [DOCUMENT, "EV-26/nonsense"]})
    assert "EV-26/nonsense" in errors["ids"][0]
    assert ok(org.owner.get(EVENTS))["total"] == 0
    assert call(isolated, "GET", "/mutants", 200) == {"ids": []}


@pytest.mark.parametrize("body", [{}, {"ids": "EV-26/default-10"}, {"ids": [1]}, {"ids": [DOCUMENT, DOCUMENT]}])
def test_body_without_a_list_of_ids_is_refused(shared: Running, body: object) -> None:
    call(shared, "PUT", "/mutants", 400, json=body)


def test_concurrent_changes_are_made_one_after_another(isolated: Running) -> None:
    asked = [[DOCUMENT], [FUNCTION], []] * 5
    with ThreadPoolExecutor(len(asked)) as pool:
        list(pool.map(lambda ids: call(isolated, "PUT", "/mutants", 200, json={"ids": ids}), asked))
    call(isolated, "PUT", "/mutants", 200, json={"ids": []})
    assert found(isolated) == (20, 6)
