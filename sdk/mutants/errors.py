"""Mutants of errors: their classes, and what they carry."""

from collections.abc import Callable
from typing import Any

import httpx

from mutants.operators import change_error
from mutants.patches import Function, Mutant, around, for_each, mutant, removed, replaced, together
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import answers, exchange
from novavms._core.call import Call
from novavms.errors import AuthError, NotFoundError, NovaVMSError, RateLimitError, ValidationError

CLASSES = (AuthError, RateLimitError, ValidationError, NotFoundError)
Condition = Callable[[httpx.Response], bool]


def _class_for(status: int, kind: type[Exception]) -> Mutant:
    """Raise an error of another class for a status."""
    return _class_where(lambda response: response.status_code == status, kind)


def _class_where(condition: Condition, kind: type[Exception]) -> Mutant:
    def change(error: NovaVMSError, response: httpx.Response) -> Any:
        if not condition(response):
            return error
        if not issubclass(kind, NovaVMSError):
            return kind(error.message)
        return kind(error.message, status=error.status, code=error.code, request_id=error.request_id)

    return change_error(change)


def _classes(rule: str, status: int, *kinds: type[Exception]) -> dict[str, Mutant]:
    return for_each(f"{rule}/{{0.__name__}}", kinds, lambda kind: _class_for(status, kind))


def _with(**changed: Callable[[Any], Any]) -> Mutant:
    """Change attributes of errors, each by a function of the error; errors without the attribute stay as they are."""

    def change(error: NovaVMSError, response: httpx.Response) -> NovaVMSError:
        for name, value in changed.items():
            if hasattr(error, name):
                setattr(error, name, value(error))
        return error

    return change_error(change)


def _without(name: str) -> Mutant:
    def change(error: NovaVMSError, response: httpx.Response) -> NovaVMSError:
        vars(error).pop(name, None)
        return error

    return change_error(change)


def _field_errors(change: Callable[[dict[str, list[str]]], Any]) -> Mutant:
    return _with(field_errors=lambda error: change(error.field_errors))


def _none_where(condition: Condition) -> Mutant:
    """Return None instead of raising an error."""

    def answer(original: Function, call: Call[Any], response: httpx.Response) -> Any:
        return None if condition(response) else original(call, response)

    return around(exchange.answer, answer)


def _stop(original: Function, channel: Channel, call: Call[Any]) -> Any:
    """End a walk at an error."""
    try:
        yield from original(channel, call)
    except NovaVMSError:
        return


async def _stop_async(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    try:
        async for item in original(channel, call):
            yield item
    except NovaVMSError:
        return


def _stop_later(original: Function, channel: Channel, call: Call[Any]) -> Any:
    """End a walk at an error that comes after its first item."""
    begun = False
    try:
        for item in original(channel, call):
            begun = True
            yield item
    except NovaVMSError:
        if not begun:
            raise


async def _stop_later_async(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    begun = False
    try:
        async for item in original(channel, call):
            begun = True
            yield item
    except NovaVMSError:
        if not begun:
            raise


def _httpx_error(error: NovaVMSError, response: httpx.Response) -> Exception:
    return httpx.HTTPStatusError(error.message, request=response.request, response=response)


def _is_a_page(response: httpx.Response) -> bool:
    return not answers.problem(response)


class _NoException(BaseException):
    """Is not caught by ``except Exception``."""


MUTANTS: dict[str, Mutant] = {
    **for_each(
        "SDK-44/{0.__name__}-unrelated", CLASSES, lambda kind: replaced(kind, type(kind.__name__, (Exception,), {}))
    ),
    "SDK-44/no-exception": replaced(NovaVMSError, _NoException),
    "SDK-44/any-exception": replaced(NovaVMSError, Exception),
    "SDK-44/one-for-all": replaced(NotFoundError, NovaVMSError),
    "SDK-45/a-404-is-nothing": _none_where(lambda response: response.status_code == 404),
    "SDK-45/5xx-are-nothing": _none_where(lambda response: response.status_code >= 500),
    "SDK-45/a-410-is-nothing": _none_where(lambda response: response.status_code == 410),
    "SDK-45/ends-a-walk": together(around(Channel.walk, _stop), around(AsyncChannel.walk, _stop_async)),
    "SDK-45/ends-a-walk-later": together(
        around(Channel.walk, _stop_later), around(AsyncChannel.walk, _stop_later_async)
    ),
    "SDK-45/that-of-httpx": change_error(_httpx_error),
    "SDK-45/of-a-page-is-another": _class_where(_is_a_page, ValueError),
    "SDK-48/of-a-page-is-plain": _class_where(
        lambda response: response.status_code == 401 and _is_a_page(response), NovaVMSError
    ),
    "SDK-45/permission-denied": _class_for(403, PermissionError),
    "SDK-45/lookup-failed": _class_for(404, LookupError),
    "SDK-46/no-status": _without("status"),
    "SDK-46/no-code": _without("code"),
    "SDK-46/no-request-id": _without("request_id"),
    "SDK-46/status-as-text": _with(status=lambda error: str(error.status)),
    "SDK-46/status-of-the-class": _with(status=lambda error: 400 if error.status < 500 else 500),
    "SDK-46/code-in-capitals": _with(code=lambda error: error.code and error.code.upper()),
    "SDK-46/code-is-the-message": _with(code=lambda error: error.message),
    "SDK-46/request-id-none": _with(request_id=lambda error: None),
    "SDK-46/request-id-cut": _with(request_id=lambda error: error.request_id and error.request_id[4:]),
    "SDK-47/none": _without("message"),
    "SDK-47/with-all-the-rest": _with(message=str),
    "SDK-47/that-of-the-status": _with(message=lambda error: f"HTTP {error.status}"),
    "SDK-47/one-line": _with(message=lambda error: error.message.split("\n")[0]),
    "SDK-47/empty": _with(message=lambda error: ""),
    **_classes("SDK-48", 401, NovaVMSError, NotFoundError, ValidationError),
    **_classes("SDK-49", 403, NovaVMSError, NotFoundError, ValidationError),
    "SDK-49/by-role-alone": _class_where(
        lambda response: response.status_code == 403 and response.request.method == "GET", NovaVMSError
    ),
    **_classes("SDK-50", 429, NovaVMSError, AuthError),
    "SDK-50/not-for-codes": _class_where(
        lambda response: response.status_code == 429 and response.request.method == "POST", NovaVMSError
    ),
    "SDK-51/whole-number": _with(retry_after=lambda error: int(error.retry_after)),
    "SDK-51/text": _with(retry_after=lambda error: str(error.retry_after)),
    "SDK-51/milliseconds": _with(retry_after=lambda error: error.retry_after * 1000),
    "SDK-51/always-one": _with(retry_after=lambda error: 1.0),
    "SDK-51/a-minute-at-most": _with(retry_after=lambda error: min(error.retry_after, 60.0)),
    "SDK-51/none": _without("retry_after"),
    **_classes("SDK-52", 400, NovaVMSError, NotFoundError),
    "SDK-52/value-error": _class_for(400, ValueError),
    "SDK-53/flat": _field_errors(lambda found: {name: "; ".join(texts) for name, texts in found.items()}),
    "SDK-53/the-first": _field_errors(lambda found: {name: texts[0] for name, texts in found.items()}),
    "SDK-53/pairs": _field_errors(lambda found: list(found.items())),
    "SDK-53/texts": _field_errors(lambda found: [text for texts in found.values() for text in texts]),
    "SDK-53/empty": _field_errors(lambda found: {}),
    "SDK-53/in-camel-case": _field_errors(
        lambda found: {name.title().replace("_", ""): texts for name, texts in found.items()}
    ),
    "SDK-53/tuples": _field_errors(lambda found: {name: tuple(texts) for name, texts in found.items()}),
    "SDK-53/none": _without("field_errors"),
    **_classes("SDK-54", 404, NovaVMSError, AuthError, ValidationError),
    "SDK-55/409-not-valid": _class_for(409, ValidationError),
    "SDK-55/410-not-found": _class_for(410, NotFoundError),
    "SDK-55/413-not-valid": _class_for(413, ValidationError),
    **for_each("SDK-55/{}-rate-limited", (500, 502, 503, 504), lambda status: _class_for(status, RateLimitError)),
    "SDK-55/409-refused": _class_for(409, RuntimeError),
    **for_each("SDK-56/no-{0.__name__}", (NovaVMSError, *CLASSES), removed),
    "SDK-56/a-function": replaced(AuthError, answers.field_errors),
}


@mutant(MUTANTS, "SDK-45/that-of-httpx-for-5xx", exchange.answer)
def _raise_for_status(original: Function, call: Call[Any], response: httpx.Response) -> Any:
    if response.status_code >= 500:
        response.raise_for_status()
    return original(call, response)
