"""The errors that a call can raise.

::

    NovaVMSError                    any error below, and any status that has no class of its own (409, 410, 413, 5xx)
     ├─ AuthError                   401 the key is not valid, 403 it has no permission
     ├─ ValidationError             400 the server, or this SDK before sending, refuses an argument
     ├─ NotFoundError               404 no such object in this organisation
     ├─ RateLimitError              429 too many calls
     ├─ ResponseError               the answer is not from the NovaVMS API: a proxy's page, a redirect, half a body
     ├─ TransportError              no answer: the connection failed or broke
     │   └─ RequestTimeoutError     the server took longer than the client's timeout
     ├─ SignatureError              a message to a webhook is not signed with its secret, or is too old
     ├─ UnsupportedOperationError   the API has no such operation; nothing was sent
     └─ ConfigurationError          an option cannot work, or the client is closed; also a ValueError

Every error that a call raises is one of these (SDK-44), so ``except NovaVMSError`` catches all of them. They can be
pickled, and none holds the API key.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novavms._core.responses import Response


class NovaVMSError(Exception):
    """A call failed (SDK-45, SDK-46, SDK-47).

    ``message`` is the server's text, or this SDK's when the server gave none. ``status`` is the HTTP status, None when
    there was no answer or nothing was sent. ``code`` is the API's stable code, such as ``not_found``; ``request_id``
    identifies the request for support. Both are None when the answer was not from the API.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.response: Response | None = None
        """The response that reports the error: ``status``, ``headers``, ``content``; None when there was none."""

    def __repr__(self) -> str:
        # asyncio shows errors before they are complete, and is left with another signal handler if that fails
        known = {name: getattr(self, name, None) for name in ("status", "code", "request_id")}
        shown = "".join(f", {name}={fact!r}" for name, fact in known.items() if fact is not None)
        return f"{type(self).__name__}({getattr(self, 'message', '')!r}{shown})"

    def __str__(self) -> str:
        known = [str(fact) for fact in (self.status, self.code, self.request_id) if fact is not None]
        return f"{self.message} ({', '.join(known)})" if known else self.message


class AuthError(NovaVMSError):
    """The API key is missing, wrong or revoked (401), or has no permission for the call (403) (SDK-48, SDK-49)."""


class ValidationError(NovaVMSError):
    """An argument is refused (SDK-52): by the server with status 400, or before sending with status None."""

    def __init__(
        self,
        message: str,
        *,
        field_errors: dict[str, list[str]] | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code, request_id=request_id)
        self.field_errors = field_errors or {}
        """The messages for each wrong field (SDK-53); a nested field has its path as name: ``recipients.0.type``."""


class NotFoundError(NovaVMSError):
    """The object does not exist in this organisation (SDK-54)."""


class RateLimitError(NovaVMSError):
    """Too many calls, and none of the client's ``max_retries`` repetitions succeeded (SDK-50)."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float = 1.0,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code, request_id=request_id)
        self.retry_after = retry_after
        """Seconds to wait before the next call (SDK-51); 1.0 when the server gives no Retry-After."""


class ResponseError(NovaVMSError):
    """The answer is not from the NovaVMS API: check ``base_url`` and any proxy in between."""


class TransportError(NovaVMSError):
    """No complete answer arrived; whether the call was carried out is not known."""


class RequestTimeoutError(TransportError):
    """The server took longer than the client's ``timeout``."""


class SignatureError(NovaVMSError):
    """A message to a webhook is not signed with its secret, or was sent too long ago; it must not be acted on."""


class UnsupportedOperationError(NovaVMSError):
    """The API has no such operation for this object; the message names what to use instead."""


class ConfigurationError(NovaVMSError, ValueError):
    """An option of the client cannot work, or the client is closed.

    It is also a ValueError, because a wrong value was passed to a constructor. It is a NovaVMSError so that code that
    makes a client and uses it needs one ``except``.
    """
