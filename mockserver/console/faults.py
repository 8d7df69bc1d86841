"""The faults that calls meet: which there are, how often each applied, and a form for one more."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from mockserver.console import CONSOLE
from mockserver.console.calls import CallFailed
from mockserver.console.visit import PAGE_ROWS, Handler, Visit, number

PATH = f"{CONSOLE}/faults"
_MATCH = ("operation", "method", "path", "org", "actor")
#: What a list shows in columns of its own.
_SHOWN = frozenset({"id", "match", "matched", "seen", "times", "after", "probability", *_MATCH, "headers"})
_MAX_TEXT_CHARACTERS = 500
#: The list is read again so often; one of many faults, which takes long to read, less often.
_INTERVAL_SECONDS, _LONG_INTERVAL_SECONDS, _SHORT_LIST = 2, 20, 500
_NOT_JSON = "is not JSON: {}"


async def show(visit: Visit) -> Response:
    """Show the newest faults, or older ones, and the form."""
    return await _page(visit, {})


async def add(visit: Visit) -> Response:
    """Add the fault that the form describes."""
    form = await visit.form()
    try:
        await visit.calls.control("POST", "/faults", json=fault_of(form))
    except CallFailed as error:
        return await _page(visit, form, error)
    return visit.to(f"{PATH}?done=added")


async def remove(visit: Visit) -> Response:
    """Remove one fault; one that has been removed meanwhile is no error."""
    try:
        await visit.calls.control("DELETE", f"/faults/{visit.params['id']}")
    except CallFailed as error:
        if error.status != 404:
            raise
    return visit.to(f"{PATH}?done=mended")


async def clear(visit: Visit) -> Response:
    """Remove the faults of the org and operation of the form, or all."""
    form = await visit.form()
    try:
        await visit.calls.control("DELETE", "/faults", params={name: form.get(name) for name in ("org", "operation")})
    except CallFailed as error:
        return await _page(visit, {}, error)
    return visit.to(f"{PATH}?done=mended")


def fault_of(form: Mapping[str, str]) -> Any:
    """Return the fault that a form describes, for the control plane to check. Raises CallFailed."""
    if "json" in form:
        return _json(form, "json")
    match: dict[str, Any] = {name: form[name].strip() for name in _MATCH if name in form}
    match |= _pairs(form, "headers", ":") | _pairs(form, "query", "=")
    fault: dict[str, Any] = {"match": match} if match else {}
    if answer := _answer(form):
        fault["answer"] = answer
    if change := _change(form):
        fault["change"] = change
    if "sequence" in form:
        fault["sequence"] = _json(form, "sequence")
    fault |= {name: True for name in ("drop", "malformed") if name in form}
    numbers = ("truncate", "delay_ms", "jitter_ms", "drip_ms", "after", "times", "probability")
    return fault | {name: number(form[name]) for name in numbers if name in form}


def _answer(form: Mapping[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = {name: number(form[name]) for name in ("status", "retry_after") if name in form} | _pairs(
        form, "answer_headers", ":", "headers"
    )
    if "retry_after" in form and form.get("retry_after_as") == "date":
        answer["retry_after_as"] = "date"
    if "content_type" in form:
        answer["content_type"] = form["content_type"]
    if "body" in form:
        answer["body"] = _json(form, "body") if form.get("body_as") == "json" else form["body"]
    return answer


def _change(form: Mapping[str, str]) -> dict[str, Any]:
    change: dict[str, Any] = {"at": form["at"]} if "at" in form else {}
    change |= {name: _json(form, name) for name in ("merge_patch", "json_patch") if name in form}
    pairs = _pairs(form, "change_headers", ":", "headers")
    if pairs:
        change["headers"] = {name: value or None for name, value in pairs["headers"].items()}
    return change


def _pairs(form: Mapping[str, str], field: str, between: str, name: str = "") -> dict[str, dict[str, str]]:
    """Return the lines of a field as names and values, under the name that they have in a fault."""
    lines = [line.partition(between) for line in form.get(field, "").splitlines() if line.strip()]
    return {name or field: {key.strip(): value.strip() for key, _, value in lines}} if lines else {}


def _json(form: Mapping[str, str], field: str) -> Any:
    try:
        return msgspec.json.decode(form[field])
    except (msgspec.DecodeError, RecursionError) as error:
        raise CallFailed(400, "The request is not valid.", {field: [_NOT_JSON.format(error)]}) from None


async def _page(visit: Visit, form: Mapping[str, str], error: CallFailed | None = None) -> Response:
    faults = (await visit.calls.control("GET", "/faults"))["data"][::-1]
    page = visit.query.get("page", "")[:6]
    start = max(0, int(page) - 1) * PAGE_ROWS if page.isdecimal() else 0
    operations, orgs = ([], []) if "hx-request" in visit.request.headers else await _offered(visit)
    return visit.page(
        "faults.html",
        error.status if error else 200,
        place=PATH,
        faults=[_row(fault) for fault in faults[start : start + PAGE_ROWS]],
        total=len(faults),
        seconds=_INTERVAL_SECONDS if len(faults) <= _SHORT_LIST else _LONG_INTERVAL_SECONDS,
        newer=start // PAGE_ROWS,
        older=start // PAGE_ROWS + 2 if faults[start + PAGE_ROWS :] else 0,
        operations=operations,
        orgs=orgs,
        form=form,
        error=error,
    )


async def _offered(visit: Visit) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the operations and the first orgs that the form offers; the list alone is read again without them."""
    paths = (await visit.calls.control("GET", "/document"))["paths"].values()
    items = [one for item in paths for one in item.values() if isinstance(one, dict)]
    operations = sorted(one["operationId"] for one in items if "operationId" in one)
    return operations, (await visit.calls.control("GET", "/orgs"))["data"][:PAGE_ROWS]


def _row(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fault as it is listed: which calls it is for, and what happens to them."""
    match = fault.get("match", {}) | {name: fault[name] for name in (*_MATCH, "headers") if name in fault}
    effects = {name: value for name, value in fault.items() if name not in _SHOWN}
    return {
        "id": fault["id"],
        "matched": fault["matched"],
        "when": {name: fault[name] for name in ("after", "times", "probability") if name in fault},
        "match": {name: _text(value) for name, value in match.items()},
        "effects": _text(effects),
    }


def _text(value: Any) -> str:
    """Return a value as a list shows it, cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_TEXT_CHARACTERS else f"{text[:_MAX_TEXT_CHARACTERS]}…"


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", PATH, show),
    ("POST", PATH, add),
    ("POST", f"{PATH}/clear", clear),
    ("POST", f"{PATH}/{{id:int}}/remove", remove),
)
