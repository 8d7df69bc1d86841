"""Refusals of a call, with the statuses and codes of the pages."""

from collections.abc import Mapping
from typing import NoReturn


class Problem(Exception):
    """A call that is refused: the status, the code in ``error``, a message, and messages by field."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = {field: [message]} if field else {}
        self.headers = dict(headers or {})


def invalid(message: str, field: str = "", status: int = 400) -> NoReturn:
    """Raise the refusal of wrong input."""
    raise Problem(status, "validation_error", f"{field}: {message}" if field else message, field=field)


def not_found(what: str) -> NoReturn:
    """Raise the refusal of something that the org does not have."""
    raise Problem(404, "not_found", f"There is no such {what}.")


def forbidden(message: str) -> NoReturn:
    """Raise the refusal of somebody who may not."""
    raise Problem(403, "forbidden", message)


def auth_required() -> Problem:
    """Return the refusal of a call without a valid token."""
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(401, "auth_required", "A valid token is required.", headers=headers)
