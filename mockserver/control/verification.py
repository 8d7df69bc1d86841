"""Whether as many calls as expected match, and if not, the call that comes closest and what differs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import Any

import msgspec

from mockserver.control.context import Request
from mockserver.control.explanations import Explanations
from mockserver.control.requests import criteria, search, wait_for
from mockserver.domain.errors import InvalidInput
from mockserver.runtime.call_criteria import CallCriteria, Difference
from mockserver.runtime.journal import Entry

#: So many of the newest calls are compared, and so many of those that match are named.
_MAX_COMPARED, _MAX_NAMED = 1_000, 10
_MAX_COMPARED_LENGTH = 200
#: How much it matters that a call differs in what it does, beside what it carries.
_WEIGHTS = {"operation": 4, "path": 4, "method": 2}
_MAX_COUNT = 1_000_000_000


async def verify_requests(request: Request) -> dict[str, Any]:
    """Return whether as many calls as expected match, and if not, why. Raises InvalidInput, Unavailable."""
    body = request.body
    at_least, at_most = _bounds(body)
    with _naming("match"):
        sought = _criteria(request, body.get("match", {}))
        found, total = await wait_for(request, _MAX_NAMED, sought, at_least, body.get("wait", 0))
    met = at_least <= total <= at_most
    answer: dict[str, Any] = {"met": met, "count": total, "message": None, "matching": [], "closest": None}
    answer["matching"] = [entry.request_id for entry in found]
    if not met:
        scope = CallCriteria(org_id=sought.org_id, since=sought.since, until=sought.until, after=sought.after)
        others, number = await search(request, _MAX_COMPARED, scope)
        answer["message"] = f"Expected {_expected(at_least, at_most)}{_described(sought)}, but {total} of {number} do."
        if total < at_least and (closest := _closest(sought, others)):
            answer["message"] += f" The closest is {_line(closest[0])}: {'; '.join(map(str, closest[1]))}."
            explanations = await Explanations.read(request.context.router.operations)
            (shown,) = await explanations.records(closest[:1])
            answer["closest"] = {"request": shown, "differences": [str(one) for one in closest[1]]}
    return answer


def _criteria(request: Request, match: Mapping[str, Any]) -> CallCriteria:
    """Return the criteria of a body, whose headers and query are objects. Raises InvalidInput."""
    header = [_written(name, ":", value) for name, value in match.get("headers", {}).items()]
    query = [_written(name, "=", value) for name, value in match.get("query", {}).items()]
    return criteria(request, {**match, "header": header, "query": query})


@contextmanager
def _naming(place: str) -> Iterator[None]:
    """Raise InvalidInput with the place before its keys."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput({f"{place}.{key}": texts for key, texts in error.field_errors.items()}) from None


def _written(name: str, separator: str, value: str | None) -> str:
    return name if value is None else f"{name}{separator}{value}"


def _bounds(body: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many calls are expected, at least and at most. Raises InvalidInput."""
    if "count" in body:
        for name in ("at_least", "at_most"):
            if name in body:
                raise InvalidInput({name: ["excludes count"]})
        return body["count"], body["count"]
    at_most = body.get("at_most", _MAX_COUNT)
    at_least = body.get("at_least", 0 if "at_most" in body else 1)
    if at_least > at_most:
        raise InvalidInput({"at_least": ["is more than at_most"]})
    return at_least, at_most


def _closest(sought: CallCriteria, entries: Sequence[Entry]) -> tuple[Entry, list[Difference]] | None:
    """Return the call that differs least, the newest of several, and its differences."""
    differing = [(entry, differences) for entry in entries if (differences := sought.differences(entry))]
    if not differing:
        return None
    least = min(_weight(differences) for _, differences in differing)
    nearest = [one for one in differing if _weight(one[1]) == least]
    return max(nearest, key=lambda one: sum(map(_similarity, one[1])))


def _weight(differences: Sequence[Difference]) -> int:
    return sum(_WEIGHTS.get(one.what, 1) for one in differences)


def _similarity(difference: Difference) -> float:
    texts = ((difference.found or "")[:_MAX_COMPARED_LENGTH], difference.expected[:_MAX_COMPARED_LENGTH])
    return SequenceMatcher(None, *texts).ratio()


def _expected(at_least: int, at_most: int) -> str:
    if at_least == at_most:
        return f"exactly {_calls(at_least)}"
    if at_most == _MAX_COUNT:
        return f"at least {_calls(at_least)}"
    return f"{at_least} to {_calls(at_most)}" if at_least else f"at most {_calls(at_most)}"


def _calls(number: int) -> str:
    return f"{number} call" if number == 1 else f"{number} calls"


def _described(sought: CallCriteria) -> str:
    given = {name: value for name, value in msgspec.structs.asdict(sought).items() if value not in (None, ())}
    given |= {name: ", ".join(_pair(*pair) for pair in given[name]) for name in ("headers", "query") if name in given}
    return "".join(
        f"{' with' if not place else ','} {'org' if name == 'org_id' else name} {value}"
        for place, (name, value) in enumerate(given.items())
    )


def _pair(name: str, value: str | None) -> str:
    return name if value is None else f"{name}: {value}"


def _line(entry: Entry) -> str:
    target = f"{entry.path}?{entry.query}" if entry.query else entry.path
    return f"{entry.method} {target}, answered {entry.status or 'not at all'} ({entry.request_id})"
