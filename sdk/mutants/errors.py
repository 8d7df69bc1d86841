"""Wrong laws about errors: their classes, and what they carry."""

from collections.abc import Callable
from typing import Any

import httpx

from mutants.base import Mutant, Original, for_each, instead, lacking, patch, together
from mutants.parts import raising
from novavms import errors
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import exchange
from novavms._core.answers import failure, field_errors
from novavms.errors import AuthError, NotFoundError, NovaVMSError, RateLimitError, ValidationError

CLASSES = ("AuthError", "RateLimitError", "ValidationError", "NotFoundError")


def _as(status: int, kind: type[Exception]) -> Mutant:
    """Raise an error of another class for a status."""
    return _as_where(lambda response: response.status_code == status, kind)


def _as_where(law: Callable[[Any], bool], kind: type[Exception]) -> Mutant:
    def change(error: Any, response: Any) -> Any:
        if not law(response):
            return error
        if not issubclass(kind, NovaVMSError):
            return kind(error.message)
        return kind(error.message, status=error.status, code=error.code, request_id=error.request_id)

    return raising(change)


def _with(**changed: Any) -> Mutant:
    """Change what errors carry: each attribute by a function of the error; those that lack it are left alone."""

    def change(error: Any, response: Any) -> Any:
        for name, value in changed.items():
            if hasattr(error, name):
                setattr(error, name, value(error))
        return error

    return raising(change)


def _without(name: str) -> Mutant:
    def change(error: Any, response: Any) -> Any:
        vars(error).pop(name, None)
        return error

    return raising(change)


def _swallowing(law: Callable[[Any], bool]) -> Mutant:
    """Return nothing in the place of an error."""

    def wrap(original: Original) -> Any:
        def answer(call: Any, response: Any) -> Any:
            return None if law(response) and failure(response) else original(call, response)

        return answer

    return patch(exchange, "answer", wrap)


def _silent(original: Original) -> Any:
    """End a walk where it fails."""

    def walk(self: Channel, call: Any) -> Any:
        try:
            yield from original(self, call)
        except NovaVMSError:
            return

    return walk


def _silent_too(original: Original) -> Any:
    async def walk(self: AsyncChannel, call: Any) -> Any:
        try:
            async for item in original(self, call):
                yield item
        except NovaVMSError:
            return

    return walk


def _raised_by_httpx(original: Original) -> Any:
    def answer(call: Any, response: Any) -> Any:
        if response.status_code >= 500:
            response.raise_for_status()
        return original(call, response)

    return answer


def _unrelated(name: str) -> Mutant:
    """Let a class be no kind of NovaVMSError."""
    return instead(errors, name, type(name, (Exception,), {}))


def _of_httpx(error: Any, response: Any) -> Any:
    return httpx.HTTPStatusError(error.message, request=response.request, response=response)


def _fields(change: Callable[[dict[str, list[str]]], Any]) -> Mutant:
    return _with(field_errors=lambda error: change(error.field_errors))


class _Final(BaseException):
    """What ``except Exception`` lets pass."""


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-44/{}-unrelated", CLASSES, _unrelated),
    "SDK-44/no-exception": instead(errors, "NovaVMSError", _Final),
    "SDK-44/any-exception": instead(errors, "NovaVMSError", Exception),
    "SDK-44/one-for-all": instead(errors, "NotFoundError", NovaVMSError),
    "SDK-45/a-404-is-nothing": _swallowing(lambda response: response.status_code == 404),
    "SDK-45/5xx-are-nothing": _swallowing(lambda response: response.status_code >= 500),
    "SDK-45/a-410-is-nothing": _swallowing(lambda response: response.status_code == 410),
    "SDK-45/ends-a-walk": together(patch(Channel, "walk", _silent), patch(AsyncChannel, "walk", _silent_too)),
    "SDK-45/that-of-httpx": raising(_of_httpx),
    "SDK-45/that-of-httpx-for-5xx": patch(exchange, "answer", _raised_by_httpx),
    "SDK-45/permission-denied": _as(403, PermissionError),
    "SDK-45/lookup-failed": _as(404, LookupError),
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
    **for_each("SDK-48/{0.__name__}", (NovaVMSError, NotFoundError, ValidationError), lambda kind: _as(401, kind)),
    **for_each("SDK-49/{0.__name__}", (NovaVMSError, NotFoundError, ValidationError), lambda kind: _as(403, kind)),
    "SDK-49/by-role-alone": _as_where(
        lambda response: response.status_code == 403 and response.request.method == "GET", NovaVMSError
    ),
    **for_each("SDK-50/{0.__name__}", (NovaVMSError, AuthError), lambda kind: _as(429, kind)),
    "SDK-50/not-for-codes": _as_where(
        lambda response: response.status_code == 429 and response.request.method == "POST", NovaVMSError
    ),
    "SDK-51/whole-number": _with(retry_after=lambda error: int(error.retry_after)),
    "SDK-51/text": _with(retry_after=lambda error: str(error.retry_after)),
    "SDK-51/milliseconds": _with(retry_after=lambda error: error.retry_after * 1000),
    "SDK-51/always-one": _with(retry_after=lambda error: 1.0),
    "SDK-51/a-minute-at-most": _with(retry_after=lambda error: min(error.retry_after, 60.0)),
    "SDK-51/none": _without("retry_after"),
    **for_each("SDK-52/{0.__name__}", (NovaVMSError, NotFoundError), lambda kind: _as(400, kind)),
    "SDK-52/value-error": _as(400, ValueError),
    "SDK-53/flat": _fields(lambda told: {name: "; ".join(texts) for name, texts in told.items()}),
    "SDK-53/the-first": _fields(lambda told: {name: texts[0] for name, texts in told.items()}),
    "SDK-53/pairs": _fields(lambda told: list(told.items())),
    "SDK-53/texts": _fields(lambda told: [text for texts in told.values() for text in texts]),
    "SDK-53/empty": _fields(lambda told: {}),
    "SDK-53/in-camel-case": _fields(lambda told: {name.title().replace("_", ""): it for name, it in told.items()}),
    "SDK-53/tuples": _fields(lambda told: {name: tuple(texts) for name, texts in told.items()}),
    "SDK-53/none": _without("field_errors"),
    **for_each("SDK-54/{0.__name__}", (NovaVMSError, AuthError, ValidationError), lambda kind: _as(404, kind)),
    "SDK-55/409-not-valid": _as(409, ValidationError),
    "SDK-55/410-not-found": _as(410, NotFoundError),
    "SDK-55/413-not-valid": _as(413, ValidationError),
    **for_each("SDK-55/{}-rate-limited", (500, 502, 503, 504), lambda status: _as(status, RateLimitError)),
    "SDK-55/409-refused": _as(409, RuntimeError),
    **for_each("SDK-56/no-{}", ("NovaVMSError", *CLASSES), lambda name: lacking((errors, name))),
    "SDK-56/a-function": instead(errors, "AuthError", field_errors),
}
