"""Operators on the errors that a verb raises: their classes, and what they carry."""

from collections.abc import Callable
from typing import Any

import httpx

from mutants.generated.effects import Effect
from mutants.generated.making import Forms, each_verb
from mutants.patches import Mutant
from novavms.errors import AuthError, NotFoundError, NovaVMSError, RateLimitError, ValidationError

#: For each documented status the rule about its class, and a wrong class.
_CLASSES: dict[int, tuple[str, type[NovaVMSError]]] = {
    400: ("SDK-52", NovaVMSError),
    401: ("SDK-48", NovaVMSError),
    404: ("SDK-54", ValidationError),
    429: ("SDK-50", NovaVMSError),
    403: ("SDK-49", NotFoundError),
}
_WITHOUT_CLASS = {409: ValidationError, 410: NotFoundError, 413: ValidationError, 500: RateLimitError, 503: AuthError}


def _where(status: int, change: Callable[[NovaVMSError], Any]) -> Effect:
    """Change the errors of a status; what is no exception is returned instead of raised."""
    return Effect(error=lambda error: change(error) if error.status == status else error)


def _as(kind: type[NovaVMSError]) -> Callable[[NovaVMSError], NovaVMSError]:
    def change(error: NovaVMSError) -> NovaVMSError:
        return kind(error.message, status=error.status, code=error.code, request_id=error.request_id)

    return change


def _set(name: str, change: Callable[[Any], Any]) -> Effect:
    """Change an attribute of those errors that have it."""

    def error(found: NovaVMSError) -> NovaVMSError:
        if hasattr(found, name):
            setattr(found, name, change(getattr(found, name)))
        return found

    return Effect(error=error)


def _nothing(error: NovaVMSError) -> None:
    return None


def _of_httpx(error: NovaVMSError) -> Exception:
    return httpx.HTTPError(error.message)


_ATTRIBUTES: Forms = {
    "status-lost": ("SDK-46", _set("status", lambda _: None)),
    "code-lost": ("SDK-46", _set("code", lambda _: None)),
    "request-id-lost": ("SDK-46", _set("request_id", lambda _: None)),
    "status-as-text": ("SDK-46", _set("status", str)),
    "message-lost": ("SDK-47", _set("message", lambda _: "")),
    "code-is-the-message": ("SDK-46", _set("code", lambda _: "No.")),
}
_OF_CLASSES: Forms = {
    "retry-after-whole": ("SDK-51", _set("retry_after", int)),
    "field-errors-lost": ("SDK-53", _set("field_errors", lambda _: {})),
    "retry-after-one": ("SDK-51", _set("retry_after", lambda _: 1.0)),
    "field-errors-first": (
        "SDK-53",
        _set("field_errors", lambda found: {name: texts[:1] for name, texts in list(found.items())[:1]}),
    ),
    "retry-after-text": ("SDK-51", _set("retry_after", str)),
    "field-errors-joined": (
        "SDK-53",
        _set("field_errors", lambda found: {name: " ".join(texts) for name, texts in found.items()}),
    ),
}
_STATUSES = (400, 401, 403, 404, 409, 410, 429, 500, 503)

MUTANTS: dict[str, Mutant] = {
    **each_verb("class", 0, {str(it): (rule, _where(it, _as(kind))) for it, (rule, kind) in _CLASSES.items()}),
    **each_verb("class", 1, {str(it): (rule, _where(it, _as(kind))) for it, (rule, kind) in _CLASSES.items()}),
    **each_verb("no-class", 0, {str(it): ("SDK-55", _where(it, _as(kind))) for it, kind in _WITHOUT_CLASS.items()}),
    **each_verb("swallowed", 1, {str(status): ("SDK-45", _where(status, _nothing)) for status in _STATUSES}),
    **each_verb("of-httpx", 0, {str(status): ("SDK-45", _where(status, _of_httpx)) for status in _STATUSES}),
    **each_verb("attribute", 1, _ATTRIBUTES),
    **each_verb("attribute", 0, _OF_CLASSES),
}
