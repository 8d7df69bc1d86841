"""The page docs/how-to/sdk-driver.md: its session is one that the schema allows, and it names all that there is."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contract_tests.mutation import mutant_table
from contract_tests.sdk.verbs import VERBS
from mockserver import resources

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "sdk-driver.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads(resources.path("spec", "sdk_driver.schema.json").read_text(encoding="utf-8"))
SESSION = [(line[0], json.loads(line[2:])) for line in re.findall(r"^[<>] .*$", PAGE, flags=re.M)]


def schema(name: str) -> jsonschema_rs.Validator:
    """Return a validator of one of the definitions."""
    return jsonschema_rs.validator_for({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{name}"}]})


@pytest.mark.parametrize("number", range(len(SESSION) // 2))
def test_the_session_of_the_page_is_valid(number: int) -> None:
    (mark, request), (other, answer) = SESSION[2 * number : 2 * number + 2]
    assert (mark, other, answer["id"]) == (">", "<", request["id"])
    schema("request").validate(request)
    schema("answer").validate(answer)
    schema(f"result_of_{request['method']}").validate(answer["result"])


def test_the_mutants_of_the_page_are_valid(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```toml\n(.+?)^```", PAGE, flags=re.M | re.S)
    path = tmp_path / "mutants.toml"
    path.write_text(shown, encoding="utf-8")
    assert mutant_table.load(path) == {"SDK-22,SDK-23/never-repeated": "never-repeated"}


def test_a_request_with_an_unknown_field_is_not_valid() -> None:
    validator = schema("request")
    assert validator.is_valid({"id": 1, "method": "shutdown"})
    assert not validator.is_valid({"id": 1, "method": "shutdown", "now": True})
    assert not validator.is_valid({"id": 1, "method": "restart"})


def test_the_page_has_every_method_option_capability_and_field_of_an_error() -> None:
    known = SCHEMA["$defs"]
    hello = known["result_of_hello"]["properties"]
    names = [name.removeprefix("result_of_") for name in known if name.startswith("result_of_")]
    names += hello["options"]["items"]["enum"] + hello["capabilities"]["items"]["enum"]
    names += list(known["raised"]["properties"])
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_the_page_names_the_verbs_that_are_called() -> None:
    for namespace in dict.fromkeys(verb.namespace for verb in VERBS):
        assert f"`{namespace}" in PAGE
    named = [verb for verb in VERBS if not verb.described and verb.name not in ("list", "get", "create", "update")]
    assert [str(verb) for verb in named if f"`{verb.name}`" not in PAGE] == []
