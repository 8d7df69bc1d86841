"""Holds curl lines and calls of clients against the document."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from contract_tests import document
from contract_tests.docs import json_texts, reference
from contract_tests.docs.findings import Finding, contradiction
from contract_tests.docs.statements import Call, Section, Text
from contract_tests.document import Operation
from contract_tests.sdk.surface import ALIASES, BASIC_VERBS, NAMESPACES
from contract_tests.sdk.verbs import VERBS

_WITH_VALUE = {"-X", "--request", "-H", "--header", "-d", "--data", "--data-raw", "--json", "-o", "--output", "--url"}


@dataclass(frozen=True)
class Request:
    """The request that a curl line makes; ``body`` is None without one."""

    method: str
    url: SplitResult
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.url.path

    @property
    def host(self) -> str:
        """The host."""
        return self.url.netloc

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query parameters."""
        return parse_qsl(self.url.query, keep_blank_values=True)


def request(command: str) -> Request:
    """Return the request of a curl line."""
    words, options, urls = iter(shlex.split(command)[1:]), [], []
    for word in words:
        if word in _WITH_VALUE:
            options.append((word.lstrip("-")[:1] if word != "--url" else "url", next(words, "")))
        elif not word.startswith("-"):
            urls.append(word)
    named = {name: value for name, value in options if name in ("X", "r", "d", "j", "url")}
    body = named.get("d", named.get("j"))
    headers = dict(re.split(r":\s*", value, maxsplit=1) for name, value in options if name in "Hh" and ":" in value)
    method = named.get("X") or named.get("r") or ("POST" if body is not None else "GET")
    return Request(method.upper(), _split(named.get("url") or (urls or [""])[0]), headers, body)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def compare(section: Section, operation: Operation) -> Iterator[Finding]:
    """Yield how the examples of an operation differ from the document."""
    for command in section.commands:
        yield from _compare_command(command, operation)
    for call in section.calls:
        yield from compare_call(call, operation)


def _compare_command(command: Text, operation: Operation) -> Iterator[Finding]:
    made, subject = request(command.text), f"{operation} curl"
    if document.operation_at(made.method, made.path) != operation:
        other = f"the document has {operation.method} {operation.path}"
        yield contradiction(command.place, subject, f"{made.method} {made.path}", other)
        return
    for name, value in made.query:
        schema = operation.query.get(name)
        if schema is None:
            other = f"the document has no such parameter: {', '.join(operation.query) or 'none'}"
            yield contradiction(command.place, subject, f"parameter {name}", other)
        elif not any(document.validator(schema).is_valid(each) for each in _readings(value)):
            yield contradiction(command.place, subject, f"{name}={value}", "the document does not allow that value")
    if ("authorization" in map(str.lower, made.headers)) != (operation.least_role is not None):
        names = ("no Authorization", "an Authorization")
        page = names["authorization" in map(str.lower, made.headers)]
        yield contradiction(command.place, subject, page, f"the document asks for {operation.least_role or 'none'}")
    yield from _compare_body(command, made.body, operation)


def _compare_body(command: Text, body: str | None, operation: Operation) -> Iterator[Finding]:
    subject, schema = f"{operation} curl", reference.body_schema(operation)
    if bool(schema) != (body is not None):
        other = f"the document has {'one' if schema else 'none'}"
        yield contradiction(command.place, subject, "no body" if body is None else "a body", other)
    if body is None or not schema:
        return
    try:
        for each in json_texts.differences(body, schema):
            yield contradiction(command.place, subject, each.path or "its body", each.message)
    except ValueError as error:
        yield contradiction(command.place, subject, f"its body is no JSON: {error}", "a JSON body")


def _readings(text: str) -> Iterator[Any]:
    """Yield what the text of a query parameter can mean."""
    yield text
    if re.fullmatch(r"-?\d+(?:\.\d+)?|true|false", text):
        yield json.loads(text.lstrip("0") or "0") if text[0].isdigit() else json.loads(text)


def compare_call(call: Call, operation: Operation | None) -> Iterator[Finding]:
    """Yield what is wrong with a call of a client: of this operation, or of any if there is None."""
    name = f"{call.namespace}.{call.verb}"
    possible = operations_of(call.namespace, call.verb)
    subject = f"{operation} client call" if operation else f"client.{name}"
    if possible is None:
        yield contradiction(call.place, subject, call.text[:100], f"the SDK has no {name}")
        return
    if operation and possible and operation.id not in possible:
        yield contradiction(call.place, subject, name, f"that calls {', '.join(sorted(possible))}")
        return
    wanted = operation or (document.load().operations[min(possible)] if len(possible) == 1 else None)
    if wanted:
        taken = {
            *wanted.query,
            *reference.fields(reference.body_schema(wanted)),
            *re.findall(r"\{(\w+)\}", wanted.path),
        }
        for argument in call.arguments:
            if argument not in taken:
                other = f"{wanted} takes {', '.join(sorted(taken)) or 'nothing'}"
                yield contradiction(call.place, subject, f"{name}({argument}=…)", other)


def operations_of(namespace: str, verb: str) -> set[str] | None:
    """Return the operations that a verb of the SDK may call, by either name of it; None if there is no such verb.

    The set is empty where no page says what the verb calls.
    """
    space, name = ALIASES.get(namespace, namespace), ALIASES.get(verb, verb)
    verbs = [each for each in VERBS if each.namespace == space]
    if not verbs:
        return None
    if name == "iter":
        name = "list"
    found = {each.operation for each in verbs if each.name == name and not each.described}
    described = {each.operation for each in verbs if each.described and re.search(rf"(^|_)({each.name})s?(_|$)", name)}
    if found or described:
        return found or described
    return set() if name in BASIC_VERBS and space in NAMESPACES else None
