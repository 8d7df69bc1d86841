"""Mutants of what is read: answers with values and fields that are not known yet, or written in another way."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx

from mutants.operators import change_answer, updated
from mutants.patches import Function, Mutant, around
from novavms import models
from novavms._core import answers
from novavms._core.values import Model, OpenEnum
from novavms.errors import ResponseError


def _refused(reader: Function, condition: Callable[[Any, httpx.Response], object]) -> Mutant:
    """Refuse what a condition holds for: it gets the answer and the response."""

    def made(original: Function, expected: Any) -> Any:
        read = original(expected)

        def strictly(response: httpx.Response) -> Any:
            found = read(response)
            if condition(found, response):
                raise ResponseError("refused", status=response.status_code)
            return found

        return strictly

    return around(reader, made)


def _parts(answer: Any) -> Iterator[Any]:
    """Yield an answer and everything in it."""
    yield answer
    if isinstance(answer, Model):
        answer = [getattr(answer, name) for name in type(answer).model_fields]
    for each in answer if isinstance(answer, list) else ():
        yield from _parts(each)


def _is_unlisted(value: Any) -> bool:
    return isinstance(value, OpenEnum) and value.name not in type(value).__members__


def _type_differs(response: httpx.Response, *known: str) -> bool:
    return response.headers.get("Content-Type") not in known


def _status_that_is_listed(status: models.CameraStatus) -> models.CameraStatus:
    return models.CameraStatus.OFFLINE if _is_unlisted(status) else status


MUTANTS: dict[str, Mutant] = {
    "SDK-57/values-of-later-refused": _refused(answers.into, lambda found, _: any(map(_is_unlisted, _parts(found)))),
    "SDK-57/roles-of-later-refused": _refused(
        answers.into, lambda found, _: _is_unlisted(getattr(found, "role", None))
    ),
    "SDK-57/fields-of-later-refused": _refused(
        answers.into, lambda found, _: any(getattr(each, "model_extra", None) for each in _parts(found))
    ),
    "SDK-58/status-of-later-is-one-of-today": change_answer(
        "GET /cameras", updated(data=lambda items: [updated(status=_status_that_is_listed)(item) for item in items])
    ),
    "SDK-58/types-of-later-left-out": change_answer(
        "GET /webhooks/*", updated(event_types=lambda types: [each for each in types if not _is_unlisted(each)])
    ),
    "SDK-57/by-the-letters-of-its-type": _refused(
        answers.into, lambda _, response: _type_differs(response, "application/json")
    ),
    "EV-96/by-the-letters-of-its-type": _refused(
        answers.file, lambda _, response: _type_differs(response, "text/csv; charset=utf-8", "image/jpeg")
    ),
    "SDK-57/one-line-alone": _refused(answers.into, lambda _, response: b"\n" in response.content),
}
