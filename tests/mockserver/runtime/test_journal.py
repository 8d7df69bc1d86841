import asyncio
from typing import Any

from mockserver.runtime.journal import Entry, MemoryJournal, excerpt, target
from tests.factories import NOON, ORG


def entry(number: int = 0, **chosen: Any) -> Entry:
    fields: dict[str, Any] = {
        "at": NOON,
        "request_id": f"req_{number}",
        "method": "GET",
        "path": "/api/v1/events",
        "query": "",
        "operation": "listEvents",
        "org_id": ORG,
        "actor": "Olive",
        "status": 200,
        "duration_ms": 0.5,
        "request_body": None,
        "response_body": "{}",
    }
    return Entry(**{**fields, **chosen})


def journal(*entries: Entry, size: int = 100) -> MemoryJournal:
    filled = MemoryJournal(size)
    for one in entries:
        filled.add(one)
    return filled


def ids(entries: Any) -> list[str]:
    return [one.request_id for one in entries]


def test_journal_keeps_the_last_entries() -> None:
    filled = journal(*map(entry, range(5)), size=3)
    assert ids(filled.dump()) == ["req_2", "req_3", "req_4"]


def test_search_without_filters_finds_all_newest_first() -> None:
    assert ids(journal(*map(entry, range(3))).matching()) == ["req_2", "req_1", "req_0"]


def test_search_finds_entries_that_match_every_filter() -> None:
    filled = journal(entry(1, status=404), entry(2, operation="getEvent"), entry(3, operation="getEvent", status=404))
    assert ids(filled.matching(operation="getEvent")) == ["req_3", "req_2"]
    assert ids(filled.matching(operation="getEvent", status=404)) == ["req_3"]
    assert ids(filled.matching(operation=None, status=404)) == ["req_3", "req_1"]
    assert ids(filled.matching(org_id="nobody")) == []


def test_watchers_are_called_with_every_entry() -> None:
    filled, seen = journal(entry(1)), list[Entry]()
    filled.watch(seen.append)
    filled.watch(seen.append)
    filled.add(entry(2))
    assert ids(seen) == ["req_2", "req_2"]


def test_cleared_journal_is_empty() -> None:
    filled = journal(entry())
    asyncio.run(filled.clear())
    assert filled.dump() == []


def test_restored_journal_has_those_entries_only() -> None:
    filled = journal(entry(1), size=2)
    filled.restore([entry(2), entry(3), entry(4)])
    assert ids(filled.dump()) == ["req_3", "req_4"]


def test_dump_is_a_copy() -> None:
    filled = journal(entry(1))
    filled.dump().clear()
    assert ids(filled.dump()) == ["req_1"]


def test_excerpt_keeps_one_kibibyte() -> None:
    assert excerpt(b"x" * 1_024) == "x" * 1_024
    assert excerpt(b"x" * 1_025) == "x" * 1_024


def test_excerpt_of_no_body_is_none() -> None:
    assert excerpt(None) is None
    assert excerpt(b"") == ""


def test_excerpt_replaces_invalid_characters() -> None:
    assert excerpt(b"a\xffb") == excerpt(b"a\0b") == "a\ufffdb"
    assert excerpt("é".encode() * 600) == "é" * 512


def test_journal_keeps_fewer_entries_when_their_texts_are_long() -> None:
    filled = MemoryJournal(100, max_bytes=2500)
    for number in range(5):
        filled.add(
            entry(number, path="/" + "x" * 399, query="y" * 200, request_body="a" * 200, response_body="b" * 200)
        )
    assert ids(filled.dump()) == ["req_3", "req_4"]
    filled.restore([entry(number, response_body="b" * 1000) for number in range(3)])
    assert ids(filled.dump()) == ["req_1", "req_2"]
    asyncio.run(filled.clear())
    filled.add(entry(9))
    assert ids(filled.dump()) == ["req_9"]


def test_long_targets_are_cut() -> None:
    assert target("/a\0b") == "/a\ufffdb"
    assert target("x" * 10_000) == "x" * 4096
