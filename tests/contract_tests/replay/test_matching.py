"""Which answers are those recorded: the same ones but for new ids and later times."""

from datetime import timedelta
from typing import Any

import pytest

from contract_tests.replay.matching import NotTried, Values, instant, moved_time, parsed, same

NEW = {"v1": {"shape": "[0-9a-f]{4}"}, "v2": {"shape": "[0-9a-f]{4}"}}
EARLY, LATE = "2026-04-21T13:00:00Z", "2026-04-21T13:00:09Z"


def pairs(*pairs: tuple[Any, Any]) -> list[bool]:
    """Compare recorded with actual values, one after the other."""
    values = Values(NEW)
    values.moment = 0.0
    return [same(*pair, values) for pair in pairs]


def test_a_new_id_has_the_shape_of_the_one_recorded_and_stays() -> None:
    assert pairs(("{{v1}}", "beef"), ("/x/{{v1}}.jpg", "/x/beef.jpg"), ("{{v1}}", "cafe")) == [True, True, False]
    assert pairs(("{{v1}}", "BEEF")) == [False]


def test_two_ids_are_not_one() -> None:
    assert pairs(("{{v1}}", "beef"), ("{{v2}}", "beef")) == [True, False]


def test_an_id_that_a_request_named_is_not_new() -> None:
    values = Values(NEW)
    assert values.fill('{"name": "cafe"}') == '{"name": "cafe"}'
    assert not same("{{v1}}", "cafe", values)
    assert same("{{v1}}", "beef", values)


def test_times_have_moved_by_the_same_span() -> None:
    moved = ("{{t:2026-04-21T13:00:00Z}}", "2026-05-01T10:00:00Z")
    assert pairs(moved, ("{{t:2026-04-21T14:00:00Z}}", "2026-05-01T11:00:01Z")) == [True, True]
    assert pairs(moved, ("{{t:2026-04-21T14:00:00Z}}", "2026-05-01T11:00:05Z")) == [True, False]
    assert pairs(moved, ("{{t:2026-04-21T14:00:00Z}}", "2026-05-01T11:00:00.000Z")) == [True, False]


def test_times_after_the_one_at_which_the_clock_stands_still_are_exact() -> None:
    values = Values(NEW)
    values.set_clock({"now": "{{t:2026-04-21T13:00:00.9Z}}"}, {"now": "2026-04-21T14:00:00.1Z", "frozen": True})
    assert same("{{t:2026-04-21T13:05:00Z}}", "2026-04-21T14:05:00Z", values)
    assert not same("{{t:2026-04-21T13:05:10Z}}", "2026-04-21T14:05:11Z", values)
    assert same("{{t:2026-04-21T12:59:59Z}}", "2026-04-21T13:59:58Z", values)
    values.set_clock({"now": "{{t:2026-04-21T13:00:00.9Z}}"}, {"now": "2026-04-21T14:00:00.1Z", "frozen": False})
    assert same("{{t:2026-04-21T13:05:20Z}}", "2026-04-21T14:05:18Z", values)


def test_numbers_names_and_lengths_are_compared() -> None:
    assert pairs(({"a": 1}, {"a": 1}), ({"a": 1}, {"a": True}), ({"a": 1}, {"b": 1}), ([1], [1, 1])) == [
        True,
        False,
        False,
        False,
    ]


def test_only_items_of_one_time_may_change_places() -> None:
    one, other = {"n": 1, "at": f"{{{{t:{EARLY}}}}}"}, {"n": 2, "at": f"{{{{t:{EARLY}}}}}"}
    later = {"n": 2, "at": f"{{{{t:{LATE}}}}}"}
    early = [{"n": 2, "at": EARLY}, {"n": 1, "at": EARLY}]
    assert pairs(([one, other], early)) == [True]
    assert pairs(([one, later], [{"n": 2, "at": LATE}, {"n": 1, "at": EARLY}])) == [False]


def test_items_made_at_about_the_same_time_may_change_places_unless_a_request_named_it() -> None:
    one, other = {"n": 1, "at": f"{{{{t:{EARLY}}}}}"}, {"n": 2, "at": "{{t:2026-04-21T13:00:01Z}}"}
    actual = [{"n": 2, "at": "2026-04-21T13:00:01Z"}, {"n": 1, "at": EARLY}]
    assert pairs(([one, other], actual)) == [True]
    values = Values(NEW)
    values.fill("{{t:2026-04-21T13:00:00Z}}")
    assert not same([one, other], actual, values)


def test_what_was_made_up_has_a_type_and_stays() -> None:
    mark = "{{a:v1.tags:list}}"
    assert pairs((mark, ["x"]), (mark, ["x"]), (mark, ["y"])) == [True, True, False]
    assert pairs((mark, None)) == [False]
    assert pairs(("1,{{a:}},2", '1,"a,b",2')) == [True]


def test_requests_are_filled_with_values_and_moved_times(monkeypatch: pytest.MonkeyPatch) -> None:
    values = Values({**NEW, "v3": {"env": "NOVAVMS_TEST_TOKEN"}, "v4": {"invented": [["A", 2], ["ct", 1], ["0", 1]]}})
    assert same(["{{v1}}", "{{t:2026-04-21T13:00:00Z}}"], ["beef", "2026-04-21T14:00:00Z"], values)
    times = "{{t:2026-04-21T13:00:00Z}} {{t:2026-04-22T13:00:00Z}} {{t:2025-04-22T13%3A00%3A00Z}}"
    assert values.fill(times) == "2026-04-21T14:00:00Z 2026-04-22T14:00:00Z 2025-04-22T13%3A00%3A00Z"
    made_up = values.fill("{{v4}}")
    assert (len(made_up), made_up[2:4], values.fill("{{v4}}")) == (5, "ct", made_up)
    with pytest.raises(NotTried, match="set NOVAVMS_TEST_TOKEN"):
        values.fill("{{v3}}")
    monkeypatch.setenv("NOVAVMS_TEST_TOKEN", "a/b")
    assert values.fill("{{q:v3}}") == "a%2Fb"
    with pytest.raises(NotTried, match="v2"):
        values.fill("{{v2}}")


@pytest.mark.parametrize(
    ("recorded", "seconds", "end"),
    [
        ("2026-04-21T13:09:59.5Z", 0.682009, "2026-04-21T15:00:06.500000+00:00"),
        ("2026-04-21T13:10:01.020Z", 600.123456, "2026-04-21T15:00:08.020000+00:00"),
        ("2026-04-21T13:09:59.5Z", 0.682, None),
        ("2026-04-21T13:09:59.3Z", 0.682009, None),
        ("2026-04-21T13:10:01Z", 0.682009, None),
    ],
    ids=["half a second before", "after, with a running clock", "a constant", "a random wait", "after it has passed"],
)
def test_a_jump_to_an_instant_ends_as_far_from_it_as_the_one_recorded(
    recorded: str, seconds: float, end: str | None
) -> None:
    values = Values(NEW)
    assert same("{{t:2026-04-21T13:10:00Z}}", "2026-04-21T15:00:07Z", values)
    found = values.end_of_jump(parsed(recorded), seconds)
    assert (found and found.isoformat(timespec="microseconds")) == end


def test_a_jump_to_the_reset_of_a_header_counts_from_it() -> None:
    values = Values(NEW)
    assert values.matches("{{e:1796088000}}", "1796088100")
    found = values.end_of_jump(instant(1796088001), 2.682009)
    assert found == instant(1796088101)


def test_times_keep_their_form() -> None:
    assert moved_time("2026-04-21T13:00:00Z", timedelta(hours=1)) == "2026-04-21T14:00:00Z"
    assert moved_time("2026-04-21T13:00:00+02:00", timedelta(hours=1)) == "2026-04-21T14:00:00+02:00"
