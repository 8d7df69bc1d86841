"""The catalogue of rules is consistent, and every testable rule has a check and a mutant."""

import importlib.util
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import contract_tests
from contract_tests import catalogue
from contract_tests.catalogue import NEEDS, STRENGTHS, CatalogueError
from contract_tests.mutation import activation, kill
from mockserver import mutants, resources
from mockserver.app import load_document
from mockserver.mutants.generated import sentences
from mockserver.openapi.document import Document

CHECK_FILES = sorted((Path(contract_tests.__file__).parent / "rules").glob("test_*.py"))
CATALOGUE = catalogue.load()
OF_API = {rule.id for rule in CATALOGUE.testable()}
OF_SDK = {rule.id for rule in CATALOGUE.testable(sdk=True)}
TESTABLE = OF_API | OF_SDK
SDK_MUTANTS = Path(__file__).parents[2] / "sdk" / "mutants"
TYPESCRIPT_MUTANTS = Path(__file__).parents[2] / "clients" / "typescript" / "mutants.toml"


def markers(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every check of a file and the rules it names, itself or for one of its parameters."""
    for name, function in sorted(vars(module(file)).items()):
        if name.startswith("test_") and callable(function):
            marks: list[pytest.Mark] = list(getattr(function, "pytestmark", []))
            sets = [given for mark in marks if mark.name == "parametrize" for given in mark.args[1]]
            marks += [inner for given in sets for inner in getattr(given, "marks", ())]
            yield name, tuple(rule for mark in marks if mark.name == "rules" for rule in mark.args)


@cache
def module(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"checks_of_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def named() -> dict[str, set[str]]:
    """Return the checks that name each rule."""
    found: dict[str, set[str]] = {}
    for file in CHECK_FILES:
        for check, rules in markers(file):
            for rule in rules:
                found.setdefault(rule, set()).add(f"{file.name}::{check}")
    return found


def test_there_are_rules_of_every_family() -> None:
    assert len(CATALOGUE.rules) > 300
    assert {"EV", "AL", "RU", "GW", "ERR", "SDK", "AS"} <= {rule_id.partition("-")[0] for rule_id in CATALOGUE.rules}


def test_every_rule_has_a_sentence_a_source_a_strength_and_known_needs() -> None:
    for rule in CATALOGUE.rules.values():
        assert rule.says.endswith("."), rule.id
        assert rule.source, rule.id
        assert rule.strength in STRENGTHS, rule.id
        assert rule.needs <= NEEDS, rule.id


def test_no_two_rules_have_the_same_sentence() -> None:
    sentences = [rule.says for rule in CATALOGUE.rules.values()]
    assert [text for text in sentences if sentences.count(text) > 1] == []


def test_every_operation_of_a_rule_exists() -> None:
    paths = load_document(None).raw["paths"].values()
    known = {operation["operationId"] for path in paths for operation in path.values() if "operationId" in operation}
    assert {name for rule in CATALOGUE.rules.values() for name in rule.operations} <= known


def test_every_rule_that_cannot_be_checked_has_a_reason() -> None:
    assert CATALOGUE.untested
    assert all(len(reason) > 20 for reason in CATALOGUE.untested.values())


def test_every_testable_rule_is_named_by_a_check() -> None:
    assert sorted(TESTABLE - named().keys()) == []


def test_every_rule_that_a_check_names_is_testable() -> None:
    assert {rule: names for rule, names in named().items() if rule not in TESTABLE} == {}


@pytest.mark.parametrize("file", CHECK_FILES, ids=lambda file: file.stem)
def test_every_rule_that_a_file_decides_is_in_its_text(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert {rule for _, rules in markers(file) for rule in rules if f'"{rule}"' not in text} == set()


@pytest.mark.parametrize("file", CHECK_FILES, ids=lambda file: file.stem)
def test_every_check_names_a_rule(file: Path) -> None:
    assert [check for check, rules in markers(file) if not rules] == []


@pytest.mark.parametrize("file", CHECK_FILES, ids=lambda file: file.stem)
def test_the_rules_of_a_check_are_all_of_the_api_or_all_of_the_sdk(file: Path) -> None:
    mixed = [check for check, rules in markers(file) if not (set(rules) <= OF_API or set(rules) <= OF_SDK)]
    assert mixed == []


def test_every_testable_rule_of_the_api_has_a_mutant_of_the_mock() -> None:
    broken = {rule for mutant in mutants.known().values() for rule in mutant.breaks}
    assert sorted(OF_API - broken) == []


def test_every_rule_that_a_mutant_of_the_mock_breaks_is_testable() -> None:
    wrong = {mutant.id: [rule for rule in mutant.breaks if rule not in OF_API] for mutant in mutants.known().values()}
    assert {mutant: rules for mutant, rules in wrong.items() if rules} == {}


def test_every_testable_rule_of_the_sdk_has_a_mutant_of_the_sdk() -> None:
    broken = {rule for mutant in kill.sdk_mutants(SDK_MUTANTS) for rule in mutant.breaks}
    table = tomllib.loads(TYPESCRIPT_MUTANTS.read_text(encoding="utf-8"))["mutant"]
    in_typescript = {rule for mutant in table for rule in mutant["id"].partition("/")[0].split(",")}
    of_typescript = {rule for rule in OF_SDK if CATALOGUE.rules[rule].language == "typescript"}
    assert of_typescript == {"EV-95"}
    assert sorted(OF_SDK - of_typescript - broken) == sorted(of_typescript - in_typescript) == []
    assert sorted(in_typescript - OF_SDK) == []


def test_globs_select_rules_in_the_order_of_the_catalogue() -> None:
    all_ids = [rule.id for rule in CATALOGUE.select([])]
    assert all_ids == [rule.id for rule in CATALOGUE.testable()]
    chosen = [rule.id for rule in CATALOGUE.select(["GW-5*", "EV-26"])]
    assert chosen == [rule_id for rule_id in all_ids if rule_id.startswith("GW-5") or rule_id == "EV-26"]
    assert CATALOGUE.select(["XX-*"]) == []


def test_generated_mutants_of_the_sdk_are_of_both_clients() -> None:
    generated = kill.sdk_mutants(SDK_MUTANTS, generated=True)
    kinds = Counter("awaited" if ":awaited" in mutant.id else "blocking" for mutant in generated)
    assert min(kinds.values()) > 0.45 * len(generated)
    assert all(activation.undocumented(SDK_MUTANTS).values())


def test_rules_of_the_sdk_are_selected_separately() -> None:
    chosen = {rule.id for rule in CATALOGUE.select(["EV-9*", "SDK-5*"], sdk=True)}
    assert chosen == {"EV-94", "EV-96", *(f"SDK-5{digit}" for digit in range(9))}
    in_typescript = {rule.id for rule in CATALOGUE.select(["EV-9*"], sdk=True, language="typescript")}
    assert in_typescript == {"EV-94", "EV-95", "EV-96"}
    assert {rule.id for rule in CATALOGUE.select(["EV-9*", "SDK-5*"])} == {"EV-90", "EV-91", "EV-92", "EV-93", "SDK-59"}


RULE = """[[rule]]
id = "XX-1"
says = "Something."
source = "events: somewhere"
strength = "stated"
operations = []
needs = []
"""


def family(name: str, old: str = "", new: str = "", times: int = 1) -> dict[str, str]:
    """Return a catalogue of one file, with a mistake in its rule."""
    return {f"{name}.toml": f'family = "A"\n{RULE.replace(old, new) * times}'}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (family("a", times=2), "a.toml: XX-1 is defined twice"),
        (family("a") | family("b"), "b.toml: XX-1 is defined twice"),
        (family("a", "says", "sais"), "a.toml: XX-1 lacks 'says'"),
        (family("a", "stated", "certain"), "a.toml: XX-1: strength 'certain'"),
        (family("a", "needs = []", 'needs = ["radar"]'), "a.toml: XX-1: needs ['radar']"),
        ({"a.toml": "family = "}, "a.toml: "),
        ({"a.toml": ""}, "a.toml: "),
        ({"untested.toml": '[[rule]]\nid = "XX-9"\nreason = "None."'}, "untested.toml: names unknown rules: XX-9"),
    ],
)
def test_a_mistake_in_the_catalogue_is_reported_with_file_and_rule(
    files: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(resources, "path", lambda *parts: tmp_path)
    catalogue.load.cache_clear()
    try:
        with pytest.raises(CatalogueError) as caught:
            catalogue.load()
    finally:
        catalogue.load.cache_clear()
    assert str(caught.value).startswith(message)


def fields_of(document: Document, node: Any, found: set[str]) -> set[str]:
    """Add the names of parameters and properties in an operation object to ``found``, nested ones included."""
    node = document.resolve(node)
    if isinstance(node, list):
        for each in node:
            fields_of(document, each, found)
    elif isinstance(node, dict):
        found.update(node.get("properties", ()), [node["name"]] if "in" in node else ())
        for each in node.values():
            fields_of(document, each, found)
    return found


def test_every_field_of_a_rule_is_one_of_its_operations() -> None:
    document = load_document(None)
    known = {node["operationId"]: fields_of(document, node, set()) for *_, node in document.operations()}
    everywhere = {
        "error",
        "message",
        "request_id",
        sentences.ROLE,
        sentences.ORG,
        sentences.SITES,
        sentences.CREDENTIAL,
        sentences.CONTENT_TYPE,
    }
    for rule in CATALOGUE.rules.values():
        allowed = everywhere.union(*(known[operation] for operation in rule.operations))
        if "exportEvents" in rule.operations:
            allowed |= known["getEvent"]
        assert {*rule.fields} <= allowed, rule.id
