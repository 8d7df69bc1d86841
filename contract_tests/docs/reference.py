"""What the document and the catalogue have about what a page states."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from contract_tests import catalogue, document
from contract_tests.catalogue import Rule
from contract_tests.docs.statements import Section
from contract_tests.docs.tables import Known
from contract_tests.document import Operation

JSON = dict[str, Any]
#: The strengths of rules that a sentence, row or example of a page stands behind.
_FROM_PAGES = ("stated", "example", "derived")
_ROLE_LINE = "role and version line"
_BOUNDS = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}


def operation_of(section: Section) -> Operation | None:
    """Return the operation that a section is about, None if the document has none."""
    found = [each for each in document.operations() if (each.method, each.path) == (section.method, section.path)]
    return found[0] if found else None


@cache
def known() -> Known:
    """Return the defaults and ranges of all parameters and fields by name."""
    defaults, ranges = defaultdict(set), defaultdict(set)
    for operation in document.operations():
        for name, schema in {**operation.query, **fields(body_schema(operation))}.items():
            defaults[name].add(str(schema.get("default", "")))
            low, high = bounds(schema)
            ranges[name].add(f"{low}-{high}")
    return Known(*({name: frozenset(values) for name, values in each.items()} for each in (defaults, ranges)))


@cache
def values() -> frozenset[str]:
    """Return the values of all enumerations that a parameter or field of a body may have."""
    schemas = [
        schema
        for operation in document.operations()
        for schema in (*operation.query.values(), *fields(body_schema(operation)).values())
    ]
    return frozenset(str(value) for schema in schemas for value in schema.get("enum", ()))


def body_schema(operation: Operation) -> JSON:
    """Return the schema of the body of an operation, an empty one if it takes none."""
    if not operation.takes_body:
        return {}
    body = document.resolve(operation.raw["requestBody"])
    return document.resolve(body["content"]["application/json"]["schema"])


def fields(schema: JSON) -> dict[str, JSON]:
    """Return the schemas of the properties of an object by name."""
    return {name: document.resolve(each) for name, each in schema.get("properties", {}).items()}


def bounds(schema: JSON) -> tuple[float | None, float | None]:
    """Return the lowest and the highest number, length or count of items that a schema allows."""
    low, high = _BOUNDS.get(str(schema.get("type")), ("minimum", "maximum"))
    return schema.get(low), schema.get(high)


def response(operation: Operation, status: int) -> JSON:
    """Return what the document has of an answer."""
    return document.resolve(operation.raw["responses"].get(str(status), {}))


def response_schema(operation: Operation, status: int) -> JSON | None:
    """Return the schema of a JSON answer, None if it is none."""
    content = response(operation, status).get("content", {})
    return document.resolve(content["application/json"]["schema"]) if "application/json" in content else None


def error_codes(operation: Operation, status: int) -> set[str]:
    """Return the error codes that the document has for a status of an operation."""
    return set(_codes(response_schema(operation, status) or {}))


def _codes(schema: JSON) -> Iterator[str]:
    resolved = document.resolve(schema)
    error = document.resolve(resolved.get("properties", {}).get("error", {}))
    yield from [error["const"]] if "const" in error else error.get("enum", ())
    for part in (*resolved.get("allOf", ()), *resolved.get("oneOf", ()), *resolved.get("anyOf", ())):
        yield from _codes(part)


def rules_at(heading: str, part: str = "", *, field: str = "") -> list[Rule]:
    """Return the rules whose source is a part of what stands under a heading, or all of it."""
    return [rule for rule in _rules_under(heading, part) if not field or field in rule.fields]


@cache
def _rules_under(heading: str, part: str) -> tuple[Rule, ...]:
    pattern = re.compile(rf"(?:: |; ){re.escape(heading)}(?:$|, [^;]*{re.escape(part)}|;)")
    return _rules(lambda rule: bool(pattern.search(rule.source)))


def rules_about(operation: Operation) -> tuple[Rule, ...]:
    """Return the rules from pages that are about an operation."""
    return _rules_about(operation.id)


@cache
def _rules_about(operation: str) -> tuple[Rule, ...]:
    return _rules(lambda rule: operation in rule.operations)


def rules_of_page(headings: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules from the page that has these sections on operations."""
    pages = {rule.source.partition(":")[0] for each in headings for rule in _rules_under(each, _ROLE_LINE)}
    return _rules(lambda rule: rule.source.partition(":")[0] in pages)


def headings_beside(headings: tuple[str, ...]) -> list[str]:
    """Return the headings of all sections on operations of the page that has these, in order."""
    found = (re.search(rf": (.*), {_ROLE_LINE}", rule.source) for rule in rules_of_page(headings))
    return list(dict.fromkeys(each[1] for each in found if each))


def rules_of_sdk() -> tuple[Rule, ...]:
    """Return the rules about the SDK."""
    return _rules(lambda rule: rule.of_sdk)


def _rules(chosen: Callable[[Rule], bool]) -> tuple[Rule, ...]:
    rules: Mapping[str, Rule] = catalogue.load().rules
    return tuple(rule for rule in rules.values() if rule.strength in _FROM_PAGES and chosen(rule))
