import asyncio
from typing import Any

import pytest

from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.journal import RecordedCall, call_of, entry_of, excerpt, heads, target
from mockserver.runtime.memory_journal import MemoryJournal, UnknownCall
from tests.factories import NOON, ORG


def entry(number: int = 0, **chosen: Any) -> RecordedCall:
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
        "heads": heads([], []),
        "request_body": None,
        "response_body": b"{}",
    }
    return RecordedCall(**{**fields, **chosen})


def journal(*entries: RecordedCall, size: int = 100) -> MemoryJournal:
    filled = MemoryJournal(size)
    for one in entries:
        filled.add(one)
    return filled


def ids(entries: Any) -> list[str]:
    return [one.request_id for one in entries]


def found(filled: MemoryJournal, **criteria: Any) -> list[str]:
    return ids(asyncio.run(filled.search(100, CallCriteria(**criteria)))[0])


def test_journal_keeps_the_last_entries() -> None:
    filled = journal(*map(entry, range(5)), size=3)
    assert ids(filled.dump()) == ["req_2", "req_3", "req_4"]


def test_search_without_filters_finds_all_newest_first() -> None:
    assert found(journal(*map(entry, range(3)))) == ["req_2", "req_1", "req_0"]


def test_search_finds_entries_that_match_every_filter() -> None:
    filled = journal(entry(1, status=404), entry(2, operation="getEvent"), entry(3, operation="getEvent", status=404))
    assert found(filled, operation="getEvent") == ["req_3", "req_2"]
    assert found(filled, operation="getEvent", status=404) == ["req_3"]
    assert found(filled, operation=None, status=404) == ["req_3", "req_1"]
    assert found(filled, org_id="nobody") == []


def test_watchers_are_called_with_every_entry() -> None:
    filled, seen = journal(entry(1)), list[RecordedCall]()
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
    filled.restore([entry_of(entry(number)) for number in (2, 3, 4)])
    assert ids(filled.dump()) == ["req_3", "req_4"]


def test_dump_is_a_copy() -> None:
    filled = journal(entry(1))
    filled.dump().clear()
    assert ids(filled.dump()) == ["req_1"]


def test_excerpt_keeps_one_kibibyte() -> None:
    assert excerpt(b"x" * 1_024) == excerpt(b"x" * 1_025) == b"x" * 1_024


def test_excerpt_of_no_body_is_none() -> None:
    assert excerpt(None) is None
    assert excerpt(b"") == b""


def test_what_is_no_text_is_replaced_when_it_is_read() -> None:
    for raw in (b"a\xffb", b"a\0b"):
        assert entry_of(entry(request_body=raw)).request_body == "a\ufffdb"
    assert entry_of(entry(path="/a\0b", query="\0")).path == "/a\ufffdb"
    assert entry_of(entry(response_body=excerpt("é".encode() * 600))).response_body == "é" * 512


def test_headers_are_joined_by_name_and_secrets_cut() -> None:
    sent = [(b"X-A", b"1"), (b"x-a", b"2\0"), (b"Authorization", b"Bearer a b"), (b"cookie", b"a b"), (b"x-token", b"")]
    read = entry_of(entry(heads=heads(sent, [(b"set-cookie", b"x")])))
    assert read.request_headers == {
        "x-a": "1, 2\ufffd",
        "authorization": "Bearer ***",
        "cookie": "***",
        "x-token": "***",
    }
    assert read.response_headers == {"set-cookie": "***"}


def test_restored_call_is_read_as_before() -> None:
    read = entry_of(entry(path="/é", heads=heads([(b"x-a", b"\xe9")], []), request_body=b"{}"))
    assert entry_of(call_of(read)) == read


def test_headers_have_a_bound() -> None:
    headers = [(b"n" * 100 + b"%d" % number, b"v" * 300) for number in range(100)]
    assert len(heads(headers, headers)) < 10_000
    assert len(heads([(b"x", b"v" * 60_000)], [(b"y" * 60_000, b"")])) < 10_000
    assert entry_of(entry(heads=heads([(b"x", b"v" * 60_000)], []))).request_headers["x"].startswith("vvv")


def test_calls_after_one_that_is_not_there_are_refused() -> None:
    filled = journal(*map(entry, range(3)))
    assert found(filled, after="req_0") == ["req_2", "req_1"]
    with pytest.raises(UnknownCall):
        found(filled, after="req_7")


def test_journal_keeps_fewer_entries_when_their_texts_are_long() -> None:
    filled = MemoryJournal(100, max_bytes=2500)
    for number in range(5):
        filled.add(
            entry(number, path="/" + "x" * 399, query="y" * 200, request_body=b"a" * 200, response_body=b"b" * 200)
        )
    assert ids(filled.dump()) == ["req_3", "req_4"]
    filled.restore([entry_of(entry(number, response_body=b"b" * 1000)) for number in range(3)])
    assert ids(filled.dump()) == ["req_1", "req_2"]
    asyncio.run(filled.clear())
    filled.add(entry(9))
    assert ids(filled.dump()) == ["req_9"]


def test_long_targets_are_cut() -> None:
    assert target("x" * 10_000) == "x" * 4096
