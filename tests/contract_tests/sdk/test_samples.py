"""Random values of schemas of the document are valid, and those at the borders are what they should be."""

import json
from datetime import datetime
from random import Random
from typing import Any

import pytest

from contract_tests import document
from contract_tests.sdk import samples, schemas
from contract_tests.sdk.verbs import VERBS, Verb

BODIES = [verb for verb in VERBS if verb.takes.takes_body]


def answers(verb: Verb) -> bool:
    success = document.resolve(verb.takes.raw["responses"][str(verb.takes.success)])
    return "application/json" in success.get("content", {})


@pytest.mark.parametrize("verb", [verb for verb in VERBS if answers(verb)], ids=str)
def test_random_answers_are_valid_and_differ(verb: Verb) -> None:
    schema = schemas.of_answer(verb.operation)
    found = [samples.valid(schema, Random(seed)) for seed in range(5)]
    assert all(document.validator(schema).is_valid(value) for value in found)
    assert len({json.dumps(value) for value in found}) > 1


@pytest.mark.parametrize("verb", BODIES, ids=str)
def test_borders_are_the_least_and_the_largest_of_each_field(verb: Verb) -> None:
    smallest, largest = samples.borders(verb.schema)
    for name, schema in verb.schema["properties"].items():
        validator = document.validator(schema)
        assert validator.is_valid(smallest[name]), (name, smallest[name])
        assert validator.is_valid(largest[name]), (name, largest[name])


def test_the_smallest_values_are_those_that_are_easily_lost() -> None:
    def smallest(operation: str) -> dict[str, Any]:
        return next(samples.borders(next(verb for verb in BODIES if verb.operation == operation).schema))

    rule = smallest("updateAlertRule")
    assert (rule["enabled"], rule["cooldown_sec"], rule["min_confidence"]) == (False, 0, 0.0)
    assert (rule["site_ids"], rule["conditions_json"]) == ([], {})
    assert smallest("updateCamera")["gateway_id"] is None
    assert smallest("updateEvent")["notes"] == ""


def test_long_texts_have_letters_of_one_to_four_bytes() -> None:
    found = samples.text(Random(1), 30, 30)
    assert {len(letter.encode()) for letter in found} == {1, 2, 3, 4}
    assert found != found.strip()


def test_a_moment_has_an_offset() -> None:
    offsets = {samples.moment(Random(seed)).utcoffset() for seed in range(40)}
    assert len(offsets) > 3
    assert isinstance(datetime.fromisoformat(samples.moment(Random(1)).isoformat()), datetime)
