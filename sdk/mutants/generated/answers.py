"""Operators on what a verb returns: no model, a field lost or changed, items lost, a file changed."""

from collections.abc import Callable, Iterator
from typing import Any

from mutants.generated.effects import Effect
from mutants.generated.making import Forms, each_form, each_verb
from mutants.generated.verbs import Verb, verbs
from mutants.patches import Mutant


def _answer(change: Callable[[Any], Any]) -> Effect:
    return Effect(answer=change)


def _field(number: int, change: Callable[[Any], Any]) -> Effect:
    """Change the value of a field of an answer, or of the first item of a list."""

    def answer(model: Any) -> Any:
        items = getattr(model, "data", None)
        if items:
            return model.model_copy(update={"data": [changed(items[0]), *items[1:]]})
        return changed(model)

    def changed(model: Any) -> Any:
        name = list(type(model).model_fields)[number % len(type(model).model_fields)]
        return model.model_copy(update={name: change(getattr(model, name))})

    return Effect(answer=answer)


def _other(value: Any) -> Any:
    """Return another value of about the same kind."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, str):
        return f"{value}."
    return [] if isinstance(value, list) and value else None


def _items(change: Callable[[list[Any]], list[Any]]) -> Effect:
    return _answer(lambda page: page.model_copy(update={"data": change(page.data)}))


_NO_MODELS: Forms = {
    "a-dictionary": ("SDK-57", _answer(lambda model: model.model_dump())),
    "nothing": ("SDK-57", _answer(lambda model: None)),
    "json": ("SDK-57", _answer(lambda model: model.model_dump_json())),
}
_FIELDS: Forms = {
    f"{name}-{number}": ("SDK-58", _field(number, change))
    for number in range(4)
    for name, change in (("none", lambda value: None if value is not None else ""), ("other", _other))
}
_LISTS: Forms = {
    "last-lost": ("SDK-58", _items(lambda items: items[:-1])),
    "backwards": ("SDK-58", _items(lambda items: items[::-1])),
    "doubled": ("SDK-58", _items(lambda items: [*items, *items])),
}


def _file_forms(verb: Verb) -> Forms:
    return {
        "as-text": (_rule_of_file(verb), _answer(lambda content: content.decode("latin-1"))),
        "cut": (_rule_of_file(verb), _answer(lambda content: content[:10])),
    }


def _rule_of_file(verb: Verb) -> str:
    return "EV-96" if verb.name == "export" else verb.rule


def _files() -> Iterator[Verb]:
    for kind in ("blocking", "awaited"):
        yield from (verb for verb in verbs(kind) if verb.name in {"export", "snapshot"})


MUTANTS: dict[str, Mutant] = {
    **each_verb("no-model", 0, _NO_MODELS, lambda verb: verb.reads_model),
    **each_verb("value", 1, _FIELDS, lambda verb: verb.reads_model),
    **each_verb("items", 0, _LISTS, lambda verb: verb.lists),
    **each_form("file", _files(), _file_forms),
}
