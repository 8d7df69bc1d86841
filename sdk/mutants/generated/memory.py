"""Operators on what a verb remembers: filters, fields or answers of earlier calls come back in later ones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mutants.generated.effects import AnyCall, Effect
from mutants.generated.making import each_verb
from mutants.generated.verbs import Verb
from mutants.patches import Mutant


def _filters() -> Effect:
    """Send the filters of earlier calls too, where a call gives no others."""
    kept: dict[str, str] = {}

    def call(sent: AnyCall) -> AnyCall:
        kept.update({name: text for name, text in sent.query.items() if name != "cursor"})
        return replace(sent, query={**kept, **sent.query})

    return Effect(call=call)


def _fields() -> Effect:
    """Send the fields of earlier calls too, where a call gives no others."""
    kept: dict[str, Any] = {}

    def call(sent: AnyCall) -> AnyCall:
        kept.update(sent.body or {})
        return replace(sent, body={**kept})

    return Effect(call=call)


def _answers() -> Effect:
    """Return what the same request was answered the first time."""
    kept: dict[tuple[str, Mapping[str, str]], Any] = {}
    current: list[Any] = []

    def call(sent: AnyCall) -> AnyCall:
        current[:] = [(sent.path, tuple(sorted(sent.query.items())))]
        return sent

    return Effect(call=call, answer=lambda found: kept.setdefault(current[0], found))


def _changes(verb: Verb) -> bool:
    return verb.name == "update" and len(verb.fields) > 1


MUTANTS: dict[str, Mutant] = {
    **each_verb(
        "remembered",
        0,
        lambda verb: {"filters": (verb.rule, _filters())},
        lambda verb: verb.lists and len(verb.fields) > 1,
    ),
    **each_verb("remembered", 1, lambda verb: {"fields": (verb.rule, _fields())}, _changes),
    **each_verb(
        "remembered",
        1,
        lambda verb: {"answers": (f"SDK-58,{verb.rule}", _answers())},
        lambda verb: verb.reads_model and (verb.lists or verb.name == "get"),
    ),
}
