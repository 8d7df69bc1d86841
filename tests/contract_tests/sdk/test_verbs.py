"""Calls of verbs with random arguments, on clients made of a few functions."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from contract_tests.sdk import verbs
from contract_tests.sdk.clients import BLOCKING, KINDS
from contract_tests.sdk.verbs import VERBS, WALKS, RandomCall, Verb
from contract_tests.verdicts import Violation
from tests.contract_tests.sdk.factories import client

BY_NAME = {str(verb): verb for verb in (*VERBS, *WALKS)}


def calls_of(name: str, *, borders: bool = False, **functions: Callable[..., Any]) -> list[RandomCall]:
    """Return the calls of a verb of a client that has these functions in its namespace."""
    verb = BY_NAME[name]
    with client(BLOCKING, **{verb.namespace: functions}) as made:
        return list(verbs.draw(verb, made, Random(1), borders=borders))


def test_ids_are_in_the_path_and_fields_in_the_body() -> None:
    (call,) = calls_of("events.update", update=lambda id, /, *, notes=None, starred=None: None)
    assert call.path == f"/api/v1/events/{call.arguments[0]}"
    assert call.body
    assert call.body == call.fields
    assert call.body.keys() <= {"notes", "starred"}


def test_a_list_gets_the_filters_that_it_takes() -> None:
    found = [calls_of("events.list", list=lambda *, site_id=None, limit=None: None, borders=True) for _ in range(2)]
    assert all(call.query.keys() <= {"site_id", "limit"} for calls in found for call in calls)
    assert [call.query.get("limit") for call in found[0]][1:] == [1, 100]


def test_a_verb_may_send_a_body_of_itself() -> None:
    (call,) = calls_of("events.acknowledge", acknowledge=lambda id, /: None)
    assert (call.fields, call.body) == ({}, {"acknowledged": True})


@pytest.mark.parametrize("star", [lambda id, /: None, lambda id, /, starred: None])
def test_a_described_verb_gets_as_many_arguments_as_it_takes(star: Callable[..., Any]) -> None:
    (call,) = calls_of("events.star|starred", star=star)
    assert call.arguments[1:] in ([], [True])
    assert call.body == {"starred": True}


def test_an_optional_verb_need_not_be_there_and_others_must() -> None:
    assert calls_of("rules.enable", disable=lambda id, /: None) == []
    with pytest.raises(Violation, match=r"no update"):
        calls_of("rules.update", enable=lambda id, /: None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_is_called_for_its_first_item(kind: str) -> None:
    async def aiter() -> Any:
        yield "first"

    walk = (lambda: iter(["first"])) if kind == BLOCKING else aiter
    walks = {"iter" if kind == BLOCKING else "aiter": walk, "list": lambda: None}
    with client(kind, sites=walks) as made:
        (call,) = verbs.draw(BY_NAME["sites.iter"], made, Random(1))
        assert call.make(made) == "first"


def test_verbs_have_operations_of_the_document() -> None:
    assert all(isinstance(verb, Verb) and verb.takes.id == verb.operation for verb in BY_NAME.values())
    assert len(BY_NAME) > 50
