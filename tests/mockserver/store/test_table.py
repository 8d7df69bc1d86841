from datetime import timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.cursors import Position
from mockserver.domain.dates import ALWAYS, Window
from mockserver.domain.events import Event
from mockserver.store import block
from mockserver.store import table as tables
from mockserver.store.base import Query
from mockserver.store.block import Block
from mockserver.store.kinds import EVENTS
from mockserver.store.table import MAX_BLOCK_RECORDS, Table
from tests.factories import NOON, ORG, event, uuid
from tests.mockserver.store import model

ALL = Query(EVENTS, ORG)
writes = st.lists(st.tuples(model.events(orgs=(ORG,)), st.integers(0, 3)), max_size=40)


def table(*events: Event) -> Table[Event]:
    filled = Table(EVENTS)
    for one in events:
        filled.put(one)
    return filled


def at(minute: int, number: int = 0) -> Event:
    return event(id=uuid(number or minute), triggered_at=NOON + timedelta(minutes=minute))


def written(steps: list[tuple[Event, int]]) -> tuple[Table[Event], list[Event]]:
    """Return a table after many writes, a quarter of them removals, and the records it should contain."""
    filled, plain = Table(EVENTS), dict[str, Event]()
    for one, choice in steps:
        if choice == 0 and one.id in plain:
            filled.remove(plain.pop(one.id))
        else:
            filled.put(one)
            plain[one.id] = one
    return filled, list(plain.values())


sizes = st.sampled_from([2, 3, MAX_BLOCK_RECORDS])


@given(writes, model.queries, st.integers(0, 15), st.none() | model.events(), sizes)
def test_table_agrees_with_a_plain_list_whatever_its_block_size(
    steps: list[tuple[Event, int]], query: Query[Event], limit: int, behind: Event | None, full: int
) -> None:
    with patch.object(tables, "MAX_BLOCK_RECORDS", full):
        filled, plain = written(steps)
    query = Query(EVENTS, ORG, query.where, query.window)
    expected = model.matches(plain, query)
    after = EVENTS.position(behind) if behind else None
    remaining = model.older(expected, EVENTS, after) if after else expected
    page = filled.page(query, limit, after)
    assert (list(page.rows), page.total, page.more) == (remaining[:limit], len(expected), len(remaining) > limit)
    assert filled.count(query) == len(expected)
    assert list(filled.select(query)) == expected
    for one in plain:
        assert filled.neighbours(query, one) == model.neighbours(expected, EVENTS, one)


@given(writes, st.integers(1, 5), sizes)
def test_paging_by_position_returns_each_record_once(steps: list[tuple[Event, int]], limit: int, full: int) -> None:
    with patch.object(tables, "MAX_BLOCK_RECORDS", full):
        filled, plain = written(steps)
    seen: list[Event] = []
    after: Position | None = None
    more = True
    while more:
        rows, total, more = filled.page(ALL, limit, after)
        assert total == len(plain)
        assert rows or not more
        assert len(seen) + len(rows) <= total
        seen += rows
        after = EVENTS.position(seen[-1]) if seen else None
    assert seen == model.matches(plain, ALL)


def test_list_runs_newest_first_ties_by_descending_id() -> None:
    tied = [at(1, number=7), at(1, number=9), at(1, number=8)]
    filled = table(at(2, number=1), *tied, at(0, number=99))
    assert [one.id for one in filled.select(ALL)] == [uuid(number) for number in (1, 9, 8, 7, 99)]


def test_older_record_is_inserted_in_order() -> None:
    filled = table(at(1), at(3))
    filled.put(at(2))
    assert [one.triggered_at.minute for one in filled.select(ALL)] == [3, 2, 1]


def test_replacing_moves_a_record_in_time() -> None:
    filled = table(at(1, number=1), at(2, number=2))
    filled.put(at(5, number=1))
    assert [one.id for one in filled.select(ALL)] == [uuid(1), uuid(2)]
    assert filled.count(ALL) == 2


def test_replacing_moves_a_record_between_filter_values() -> None:
    filled = table(event(starred=False))
    filled.put(event(starred=True))
    assert filled.count(Query(EVENTS, ORG, {"starred": (False,)})) == 0
    assert filled.count(Query(EVENTS, ORG, {"starred": (True,)})) == 1


def test_replacing_a_field_without_index_keeps_the_position() -> None:
    filled = table(at(2), event(notes="old"), at(3))
    filled.put(event(notes="new"))
    assert [one.notes for one in filled.select(ALL)] == [None, None, "new"]


def test_removing_an_unknown_record_fails() -> None:
    with pytest.raises(KeyError):
        table().remove(event())


def test_a_filter_without_values_matches_nothing() -> None:
    assert table(event()).count(Query(EVENTS, ORG, {"camera_id": ()})) == 0


def test_a_filter_with_several_values_matches_any_of_them() -> None:
    filled = table(*(event(id=uuid(n), camera_id=model.CAMERAS[n % 3]) for n in range(6)))
    found = filled.select(Query(EVENTS, ORG, {"camera_id": model.CAMERAS[:2]}))
    assert {one.camera_id for one in found} == set(model.CAMERAS[:2])


def test_window_includes_start_and_excludes_end() -> None:
    filled = table(*(at(minute) for minute in range(5)))
    window = Window(NOON + timedelta(minutes=1), NOON + timedelta(minutes=3))
    assert [one.triggered_at.minute for one in filled.select(Query(EVENTS, ORG, {}, window))] == [2, 1]


def test_window_that_ends_before_it_starts_is_empty() -> None:
    filled = table(*(at(minute) for minute in range(5)))
    window = Window(NOON + timedelta(minutes=3), NOON + timedelta(minutes=1))
    assert filled.page(Query(EVENTS, ORG, {}, window), 5, None) == ([], 0, False)


def test_neighbours_of_a_record_outside_the_window_are_inside_it() -> None:
    filled = table(*(at(minute) for minute in range(5)))
    window = Query(EVENTS, ORG, {}, Window(NOON + timedelta(minutes=2), NOON + timedelta(minutes=4)))
    oldest, newest = filled.neighbours(window, at(0)), filled.neighbours(window, at(4))
    assert oldest == (None, at(2))
    assert newest == (at(3), None)


def test_selection_is_not_affected_by_later_writes() -> None:
    filled = table(at(1), at(2))
    selected = filled.select(ALL)
    filled.remove(at(2))
    filled.put(at(3))
    assert list(selected) == [at(2), at(1)]


def test_thousands_of_records_page_correctly() -> None:
    rng = Random(1)
    plain = [at(rng.randint(0, 2_000), number=n) for n in range(1, 3_000)]
    filled = table(*plain)
    expected = model.matches(plain, ALL)
    assert list(filled.select(ALL)) == expected
    for place in (0, 1_023, 1_024, 1_025, 2_500, len(expected) - 1):
        after = EVENTS.position(expected[place])
        assert filled.page(ALL, 30, after).rows == expected[place + 1 : place + 31]


def test_a_write_recomputes_one_block_and_a_repeated_query_none(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[Block] = []
    values_of = block._any_of

    def counted(*arguments: Any) -> int:
        computed.append(arguments[0])
        return values_of(*arguments)

    monkeypatch.setattr(tables, "MAX_BLOCK_RECORDS", 10)
    monkeypatch.setattr(block, "_any_of", counted)
    filled = table(*(at(minute, number=1 + minute) for minute in range(100)))
    query = Query(EVENTS, ORG, {"deleted": (False,)})
    assert filled.page(query, 5, None).total == 100
    assert len(computed) > 10
    computed.clear()
    assert filled.page(query, 5, EVENTS.position(at(50, number=51))).total == 100
    assert computed == []
    filled.put(event(id=uuid(31), triggered_at=NOON + timedelta(minutes=30), starred=True))
    filled.put(at(70, number=999))
    assert filled.page(query, 5, None).total == 101
    assert len(computed) == 2


def test_emptied_table_can_be_filled_again() -> None:
    filled = table(*(at(minute) for minute in range(5)))
    for minute in range(5):
        filled.remove(at(minute))
    filled.put(event(starred=True))
    assert filled.page(Query(EVENTS, ORG, {"starred": (True,)}, ALWAYS), 5, None) == ([event(starred=True)], 1, False)
