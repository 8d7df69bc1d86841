"""What a call can end with instead of an answer.

::

    NovaVMSError                    anything below, and any refusal that has no class of its own (409, 410, 413, 5xx)
     ├─ AuthError                   401 the key is not valid, 403 it may not do this
     ├─ ValidationError             400 the server, or already this SDK, refuses what was passed
     ├─ NotFoundError               404 no such object in this organisation
     ├─ RateLimitError              429 too many calls
     ├─ ResponseError               what answered is not the NovaVMS API: a proxy's page, a redirect, half a body
     ├─ TransportError              there is no answer: the connection failed or broke
     │   └─ RequestTimeoutError     or the server took longer than the client's timeout
     ├─ UnsupportedOperationError   the API has no such operation; nothing was sent
     └─ ConfigurationError          the client cannot work as it was set up; also a ValueError

Whatever a call of a client raises is one of these (SDK-44), so ``except NovaVMSError`` leaves nothing out. They can be
pickled, and none holds the API key.
"""


class NovaVMSError(Exception):
    """A call failed (SDK-45, SDK-46, SDK-47).

    ``message`` is the server's text, or says what this SDK found wrong. ``status`` is the HTTP status, None where no
    answer came or nothing was sent. ``code`` is the API's stable code, such as ``not_found``, and ``request_id`` what
    support asks for; both are None where the answer was not the API's own.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id

    def __str__(self) -> str:
        known = [str(fact) for fact in (self.status, self.code, self.request_id) if fact is not None]
        return f"{self.message} ({', '.join(known)})" if known else self.message


class AuthError(NovaVMSError):
    """The API key is missing, wrong or revoked (401), or its role or sites do not suffice (403) (SDK-48, SDK-49)."""


class ValidationError(NovaVMSError):
    """Something that was passed is refused (SDK-52): by the server with status 400, or before sending, status None."""

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
        """What is wrong, by field (SDK-53); a nested field is named by its path, such as ``recipients.0.type``."""


class NotFoundError(NovaVMSError):
    """The object does not exist in this organisation (SDK-54)."""


class RateLimitError(NovaVMSError):
    """Too many calls, and repeating this one within the client's ``max_retries`` did not help (SDK-50)."""

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
        """Seconds to wait before the next call (SDK-51); 1.0 where the server names no time."""


class ResponseError(NovaVMSError):
    """What answered does not speak the NovaVMS API: check ``base_url`` and any proxy on the way."""


class TransportError(NovaVMSError):
    """No whole answer came, so whether the call was carried out is not known."""


class RequestTimeoutError(TransportError):
    """The server took longer than the client's ``timeout``."""


class UnsupportedOperationError(NovaVMSError):
    """The API has no such operation for this resource; the message names what to use instead."""


class ConfigurationError(NovaVMSError, ValueError):
    """An option of the client cannot work, or the client was closed.

    It is a ValueError because a wrong value was passed where nothing had been called yet, and a NovaVMSError so that
    code that builds a client and uses it needs one ``except``.
    """
