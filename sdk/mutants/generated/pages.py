"""Operators on pages and walks: what is lost or added on the way, where it ends, and what becomes of cursors."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mutants.generated.effects import AnyCall, Effect
from mutants.generated.making import Forms, each_form
from mutants.generated.verbs import KINDS, Verb, verbs
from mutants.patches import Mutant


def _page(change: Callable[[Any, int], dict[str, Any]]) -> Effect:
    """Change fields of the pages that a walk fetches; ``change`` gets a page, and the number of those before it."""
    count: list[Any] = []

    def call(sent: AnyCall) -> AnyCall:
        if "cursor" not in sent.query:
            count.clear()
        return sent

    def answer(page: Any) -> Any:
        count.append(page)
        return page.model_copy(update=change(page, len(count) - 1))

    return Effect(call=call, answer=answer)


def _end_where(condition: Callable[[Any, int], bool]) -> Effect:
    return _page(lambda page, number: {"next_cursor": None} if condition(page, number) else {})


def _items(change: Callable[[list[Any], int], list[Any]]) -> Effect:
    return _page(lambda page, number: {"data": change(page.data, number)})


def _query(change: Callable[[dict[str, str]], dict[str, str]]) -> Effect:
    return Effect(call=lambda call: replace(call, query=change(dict(call.query))))


def _cursor(change: Callable[[str], str]) -> Effect:
    return _query(lambda query: {**query, "cursor": change(query["cursor"])} if "cursor" in query else query)


def _later(name: str) -> Effect:
    """Drop a filter from the second page on."""
    return _query(lambda query: {key: text for key, text in query.items() if key != name or "cursor" not in query})


def _ends(verb: Verb) -> Forms:
    return {
        "at-an-empty-page": ("SDK-67", _end_where(lambda page, _: not page.data)),
        "at-a-page-of-one": ("SDK-67", _end_where(lambda page, _: len(page.data) == 1)),
        "after-two-pages": (f"SDK-67,{verb.rule}", _end_where(lambda _, number: number == 1)),
        "after-four-pages": (f"SDK-67,{verb.rule}", _end_where(lambda _, number: number == 3)),
        "by-the-total": ("SDK-67", _end_where(lambda page, _: len(page.data) >= page.total)),
        "never": ("SDK-67", _page(lambda page, _: {"next_cursor": page.next_cursor or "MQ"})),
    }


def _walked(verb: Verb) -> Forms:
    return {
        "first-lost-on-later-pages": (verb.rule, _items(lambda items, number: items[1:] if number else items)),
        "last-of-a-page-lost": (verb.rule, _items(lambda items, number: items[:-1])),
        "doubled": (verb.rule, _items(lambda items, number: [each for each in items for _ in range(2)])),
        "pages-backwards": (verb.rule, _items(lambda items, number: items[::-1])),
        "third-page-lost": (verb.rule, _items(lambda items, number: [] if number == 2 else items)),
        "all-at-once": ("SDK-66", Effect(eager=True)),
    }


def _cursors(verb: Verb) -> Forms:
    return {
        "lower": ("SDK-63", _cursor(str.lower)),
        "stripped": ("SDK-63", _cursor(str.strip)),
        "cut": ("SDK-63", _cursor(lambda text: text[:24])),
        "padding-lost": ("SDK-63", _cursor(lambda text: text.rstrip("="))),
        "plus-as-blank": ("SDK-63", _cursor(lambda text: text.replace("+", " "))),
    }


def _by_hand(verb: Verb) -> Forms:
    return {
        "cursor-lost": ("SDK-69", _query(lambda query: {key: it for key, it in query.items() if key != "cursor"})),
        "none-is-text": ("SDK-69", _query(lambda query: {"cursor": "None", **query})),
        "limit-at-most-fifty": (
            "SDK-69",
            _query(lambda query: {key: "50" if key == "limit" and int(it) > 50 else it for key, it in query.items()}),
        ),
        "limit-where-none-was-given": ("SDK-69", _query(lambda query: {"limit": "100", **query})),
        "cursor-empty-at-the-end": ("SDK-70,SDK-71", _page(lambda page, _: {"next_cursor": page.next_cursor or ""})),
        "none-at-once": ("SDK-70,SDK-71", _end_where(lambda *_: True)),
    }


def _later_filters(verb: Verb) -> Forms:
    return {f"{name}-lost": (verb.rule, _later(name)) for name in verb.fields if name != "cursor"}


def _paged(*, walks: bool) -> Iterator[Verb]:
    for kind in KINDS:
        yield from (verb for verb in verbs(kind) if verb.pages and verb.walks is walks)


MUTANTS: dict[str, Mutant] = {
    **each_form("walk-end", _paged(walks=True), _ends),
    **each_form("walk-items", _paged(walks=True), _walked),
    **each_form("walk-filter", _paged(walks=True), _later_filters),
    **each_form("cursor", _paged(walks=True), _cursors),
    **each_form("cursor", _paged(walks=False), _cursors),
    **each_form("page", _paged(walks=False), _by_hand),
}
