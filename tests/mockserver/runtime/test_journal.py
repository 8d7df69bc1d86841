import asyncio
import tracemalloc
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from mockserver.runtime import memory_journal
from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.journal import RecordedCall, call_of, entry_of, excerpt, heads, target
from mockserver.runtime.memory_journal import MemoryJournal, UnknownCall, _size, calls_of
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
    assert ids(filled.dump()) == []


def test_restored_journal_has_those_entries_only() -> None:
    filled = journal(entry(1), size=2)
    filled.restore([entry(number) for number in (2, 3, 4)])
    assert ids(filled.dump()) == ["req_3", "req_4"]


def test_dump_does_not_change_with_the_journal() -> None:
    filled = journal(entry(1))
    dumped = filled.dump()
    filled.add(entry(2))
    assert ids(dumped) == ids(dumped[0:5]) == ["req_1"]
    assert len(dumped) == 1


def test_calls_of_dumped_entries_are_those_that_were_recorded() -> None:
    filled = journal(entry(1), entry(2, path="/b"))
    restored = journal()
    restored.restore(asyncio.run(calls_of(filled.dump())))
    assert list(restored.dump()) == list(filled.dump())


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


def made_by(filled: MemoryJournal, org: str) -> list[str]:
    return found(filled, org_id=org)


def test_an_org_that_calls_much_pushes_out_its_own_calls() -> None:
    filled = journal(*(entry(number, org_id="quiet") for number in range(20)), size=100)
    for number in range(1000):
        filled.add(entry(number, org_id="chatty"))
    filled.add(entry(1, org_id=None))
    assert made_by(filled, "quiet") == [f"req_{number}" for number in range(19, -1, -1)]
    assert made_by(filled, "chatty") == [f"req_{number}" for number in range(999, 920, -1)]
    assert found(filled)[0:2] == ["req_1", "req_999"]
    assert len(filled.dump()) == 100


def test_orgs_that_call_no_more_make_way() -> None:
    filled = journal(*(entry(number, org_id=f"org {number // 10}") for number in range(200)), size=100)
    assert [made_by(filled, f"org {number}") != [] for number in range(20)] == [False] * 10 + [True] * 10
    for number in range(90):
        filled.add(entry(number, org_id="new"))
    assert len(made_by(filled, "new")) == 25
    assert [len(made_by(filled, f"org {number}")) for number in range(11, 20)] == [0, 5, *[10] * 7]
    asyncio.run(filled.clear("new"))
    assert len(filled.dump()) == 75


def test_the_largest_of_several_large_orgs_makes_way_for_a_small_one() -> None:
    filled = journal(*(entry(number, org_id="a" if number % 3 else "b") for number in range(99)), size=100)
    for number in range(30):
        filled.add(entry(number, org_id="c"))
        assert len(filled.dump()) == min(100, 100 + number)
    assert len(made_by(filled, "b")) == 33
    assert found(filled, org_id="a")[-1] == "req_37"


def test_journal_keeps_fewer_entries_when_they_are_long() -> None:
    filled = MemoryJournal(8)
    for number in range(20):
        filled.add(entry(number, path="/" + "x" * 4000, request_body=b"a" * 1024, response_body=b"b" * 1024))
    assert ids(filled.dump()) == ["req_16", "req_17", "req_18", "req_19"]
    filled.add(entry(20, path="\U0001f600" * 4000))
    assert ids(filled.dump()) == ["req_19", "req_20"]
    asyncio.run(filled.clear())
    filled.add(entry(9))
    assert ids(filled.dump()) == ["req_9"]


def test_calls_stay_in_order_whichever_were_dropped() -> None:
    filled, random = MemoryJournal(60), Random(1)
    for number in range(3000):
        org = random.choice(["a", "a", "a", "b", "b", f"org {number // 50}"])
        filled.add(entry(number, org_id=org, path="/" + "x" * random.choice([1, 3000])))
        if number % 500 == 77:
            asyncio.run(filled.clear("b"))
        if number % 30 == 0:
            numbers = [int(one[4:]) for one in ids(filled.dump())]
            assert numbers == sorted(set(numbers))
            assert sum(map(_size, filled._in_order())) == 60 * 3355 - filled._free_bytes
            assert len(filled._order) <= 2 * 60


@pytest.mark.parametrize("newest", [5, 2000])
def test_calls_after_one_are_those_that_came_later(monkeypatch: pytest.MonkeyPatch, newest: int) -> None:
    monkeypatch.setattr(memory_journal, "_NEWEST", newest)
    filled, random = MemoryJournal(30), Random(1)
    for number in range(200):
        filled.add(entry(number, org_id=random.choice(["a", "a", "a", "b", f"org {number // 20}"])))
        if number % 10 == 0:
            newest_first = ids(filled.dump())[::-1]
            some, total = asyncio.run(filled.search(7, CallCriteria()))
            assert (ids(some), total) == (newest_first[:7], len(newest_first))
            for place, one in enumerate(newest_first):
                assert found(filled, after=one) == newest_first[:place]
                assert found(filled, before=one) == newest_first[place + 1 :]


@pytest.mark.parametrize("length", [1000, 3000])
def test_journal_takes_the_memory_that_it_counts(length: int) -> None:
    def call(number: int) -> RecordedCall:
        sent = [(b"host", b"%d" % number)]
        texts = {"request_body": b"%09d" % number, "response_body": b"x" * length + b"%d" % number}
        own = {"at": NOON + timedelta(microseconds=number), "duration_ms": number / 7, "heads": heads(sent, sent)}
        return entry(number, path=f"/api/v1/{number:09}", query=f"x={number:09}", **own, **texts)

    filled = MemoryJournal(1000)
    for number in range(1000):
        filled.add(call(number))
    tracemalloc.start()
    try:
        filled = MemoryJournal(1000)
        for number in range(1500):
            filled.add(call(number))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken <= 1000 * 3355
    counted = sum(map(_size, filled._in_order()))
    assert length < 2000 or 0.9 < taken / counted < 1.1


def test_long_targets_are_cut() -> None:
    assert target("x" * 10_000) == "x" * 4096
