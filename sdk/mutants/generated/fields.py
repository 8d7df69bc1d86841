"""Operators on the arguments of a verb: each field lost, and each form of a value that is lost or changed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mutants.generated.effects import AnyCall, Effect, on
from mutants.generated.making import named
from mutants.generated.verbs import Verb, alternating
from mutants.patches import Mutant

Change = Callable[[Any], Any]
_LOST = object()
#: Fields that the API accepts empty.
_EMPTY_TEXTS = ("notes",)
_EMPTY_LISTS = ("site_ids", "camera_ids", "zones_filter", "user_ids")


def _value(name: str, change: Change) -> Effect:
    """Change a field of the query or the body; _LOST drops it."""

    def changed(fields: Mapping[str, Any]) -> dict[str, Any]:
        made = {key: change(value) if key == name else value for key, value in fields.items()}
        return {key: value for key, value in made.items() if value is not _LOST}

    def call(sent: AnyCall) -> AnyCall:
        return replace(sent, query=changed(sent.query), body=sent.body and changed(sent.body))

    return Effect(call=call)


def _lost_if(condition: Callable[[Any], bool]) -> Change:
    return lambda value: _LOST if condition(value) else value


def _text(change: Callable[[str], str]) -> Change:
    return lambda value: change(value) if isinstance(value, str) else value


def _of_text(name: str) -> Iterator[tuple[str, Change]]:
    if name in _EMPTY_TEXTS:
        yield "empty-lost", _lost_if(lambda value: value == "")
        yield "line-breaks-lost", _text(lambda text: text.replace("\n", " "))
        yield "cut", _text(lambda text: text[:100])
    if name in {"name", "display_name", "notes"}:
        yield "ascii", _text(lambda text: text.encode("ascii", "ignore").decode())
        yield "lower", _text(str.lower)
        yield "characters-of-two-units-lost", _text(lambda text: "".join(each for each in text if each < "\U00010000"))


def _of_date(_: str) -> Iterator[tuple[str, Change]]:
    yield "offset-lost", _text(lambda text: re.sub(r"[+-]\d\d:\d\d$", "Z", text))
    yield "no-zone", _text(lambda text: re.sub(r"(?<=:\d\d)(Z|[+-]\d\d:\d\d)$", "", text))
    yield "day-alone", _text(lambda text: text[:10])
    yield "day-as-midnight", _text(lambda text: f"{text}T00:00:00Z" if len(text) == 10 else text)
    yield "plus-as-blank", _text(lambda text: text.replace("+", " "))
    yield "fractions-lost", _text(lambda text: re.sub(r"\.\d+", "", text))


def _of_flag(_: str) -> Iterator[tuple[str, Change]]:
    yield "false-lost", _lost_if(lambda value: value in (False, "false"))
    yield "always-true", lambda value: True if isinstance(value, bool) else "true"
    yield "as-in-python", lambda value: str(value).title()


def _of_number(name: str) -> Iterator[tuple[str, Change]]:
    if name != "limit":  # which is never 0, and a text in a query anyway
        yield "zero-lost", _lost_if(lambda value: value == 0 and not isinstance(value, bool))
        yield "as-text", str
    yield "one-more", lambda value: str(int(value) + 1) if isinstance(value, str) else value + 1


def _of_list(name: str) -> Iterator[tuple[str, Change]]:
    if name in _EMPTY_LISTS:
        yield "empty-lost", _lost_if(lambda value: not value)
    yield "first-alone", lambda value: list(value)[:1]
    yield "joined", lambda value: ",".join(map(str, value))
    yield "backwards", lambda value: list(value)[::-1]


def _of_mapping(_: str) -> Iterator[tuple[str, Change]]:
    yield "empty-lost", _lost_if(lambda value: not value)
    yield "as-text", str
    yield "nothing-within", lambda value: {}


def _of_nullable(_: str) -> Iterator[tuple[str, Change]]:
    yield "null-lost", _lost_if(lambda value: value is None)


def _changes(name: str, kind: str) -> Iterator[tuple[str, Change]]:
    """Yield what may be done to a field, by the text of its type."""
    yield "lost", lambda _: _LOST
    found = {
        "date": _of_date,
        "bool": _of_flag,
        "int": _of_number,
        "float": _of_number,
        "Sequence": _of_list,
        "Mapping[str, object]": _of_mapping,
        "NotGiven | None": _of_nullable,
        "str": _of_text,
    }
    kinds = "Sequence" if "Sequence" in kind else kind.replace("Literal", "").replace("uuid.UUID", "")
    for word, forms in found.items():
        if word in kinds and not (word == "str" and "date" in kinds):
            yield from forms(name)


def _made() -> Iterator[tuple[str, Mutant]]:
    """Yield the mutants of every field of every verb, each of one client."""
    number = 0
    for verb, other in zip(alternating(0), alternating(1), strict=True):
        for name, kind in verb.fields.items():
            if name == "cursor" or (verb.walks and name != "limit"):
                continue  # the operators on pages change these
            for form, change in _changes(name, kind):
                number += 1
                chosen = (verb, other)[number % 2]
                operator = "field-lost" if form == "lost" else "field-changed"
                yield named(operator, _rule(chosen, name), f"{chosen}:{name}:{form}"), on(chosen, _value(name, change))


def _rule(verb: Verb, name: str) -> str:
    """Return the rules about a field of a verb."""
    if name == "limit":
        return "SDK-69" if verb.lists else verb.rule
    return verb.rule


MUTANTS: dict[str, Mutant] = dict(_made())
