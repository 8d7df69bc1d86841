from collections.abc import Sequence
from typing import Any

import pytest

from contract_tests.sdk import surface
from contract_tests.sdk.clients import BLOCKING
from contract_tests.verdicts import Violation
from tests.contract_tests.sdk.factories import client


def start(id: str) -> str:
    return "start"


def star(id: str, /) -> str:
    return "star"


def add_notes(id: str, *, text: str) -> str:
    return text


def set_users(id: str, /, user_ids: Sequence[str]) -> list[str]:
    return [*user_ids]


def users(id: str) -> str:
    return "users"


def anything(*arguments: Any, **fields: Any) -> Any:
    return arguments


VERBS = {"start": start, "star": star, "add_notes": add_notes, "users": users, "set_users": set_users}


def test_a_verb_is_found_by_a_whole_word_of_its_name() -> None:
    with client(BLOCKING, events=VERBS) as made:
        assert surface.find_verb(made, "events", "star|starred") is star
        assert surface.find_verb(made, "events", "annotate", "note") is add_notes
        assert surface.find_verb(made, "events", "user", min_arguments=2) is set_users


def test_existing_lists_are_found() -> None:
    with client(BLOCKING, events={"list": list}, alert_rules={"list": list}, sites={"get": list}) as made:
        assert surface.listing(made) == ["events", "rules"]
    with client(BLOCKING, gateways={"list": list}) as made, pytest.raises(Violation, match="one of the namespaces"):
        surface.listing(made)


def test_a_missing_verb_is_reported_with_the_existing_ones() -> None:
    with client(BLOCKING, events=VERBS) as made:
        with pytest.raises(Violation, match=r"a verb of events with revoke or end in its name; got .*add_notes"):
            surface.find_verb(made, "events", "revoke", "end")
        with pytest.raises(Violation):
            surface.find_verb(made, "events", "star", min_arguments=2)


@pytest.mark.parametrize(
    ("verb", "values", "given"),
    [
        (star, ("1", True), (["1"], {})),
        (add_notes, ("1", "A courier."), (["1"], {"text": "A courier."})),
        (set_users, ("1", ["2"]), (["1", ["2"]], {})),
        (anything, ("1", "2"), (["1", "2"], {})),
    ],
)
def test_values_are_passed_as_a_verb_takes_them(verb: Any, values: Any, given: Any) -> None:
    assert surface.arguments_for(verb, *values) == given


@pytest.mark.parametrize(("verb", "takes_list"), [(set_users, True), (add_notes, False), (lambda id, user: None, True)])
def test_whether_a_verb_takes_a_list_is_seen_in_its_annotation(verb: Any, takes_list: bool) -> None:
    assert surface.takes_list(verb) is takes_list
