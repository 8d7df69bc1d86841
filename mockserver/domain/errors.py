"""The errors that the API answers with.

ApiError
├── InvalidInput            400 validation_error  (``field_errors`` names the fields)
│   ├── InvalidCursor
│   ├── IllegalTransition
│   ├── GatewayHasCameras
│   └── SiteInUse
├── Unauthenticated         401 auth_required
│   └── InvalidCredentials  401 invalid_credentials
├── Forbidden               403 forbidden
│   └── AccountDisabled     403 account_disabled
├── NotFound                404 not_found
├── MethodNotAllowed        405 method_not_allowed
├── Conflict                409 conflict
│   ├── PairingCodeRedeemed
│   └── EmailTaken
├── PairingCodeExpired      410 gone
├── TooLarge                413 payload_too_large
├── RateLimited             429 rate_limited
│   └── TooManyPairingCodes
├── InternalError           500 internal_error
└── Unavailable             503 service_unavailable
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

FieldErrors = Mapping[str, Sequence[str]]


_Error = TypeVar("_Error", bound=Exception)


class ApiError(Exception):
    """An error with its documented status and code; the message is for people and may change."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def without_origin(error: _Error) -> _Error:
    """Return an error that does not know where it was raised.

    Its traceback holds all that was there, so that what keeps the error, and is held, is freed by a collection only.
    """
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


class InvalidInput(ApiError):
    """A part of the request is malformed, missing, unknown or out of bounds."""

    status = 400
    code = "validation_error"

    def __init__(self, field_errors: FieldErrors) -> None:
        self.field_errors = field_errors
        super().__init__("; ".join(f"{field}: {texts[0]}" for field, texts in field_errors.items()))


class InvalidCursor(InvalidInput):
    """The cursor was not issued for this org, operation and set of filters (AS-59 to AS-62)."""

    def __init__(self) -> None:
        super().__init__({"cursor": ["is not a cursor of this list; start again without one"]})


class IllegalTransition(InvalidInput):
    """The object cannot go from its present status to the one asked for."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__({"status": [f"cannot change from {before} to {after}"]})


class GatewayHasCameras(InvalidInput):
    """A gateway cannot be deleted while cameras are bound to it (GW-88)."""

    def __init__(self, cameras: int) -> None:
        super().__init__({"id": [f"the gateway still has {cameras} bound camera(s); move or delete them first"]})


class SiteInUse(InvalidInput):
    """A site cannot be deleted while it has gateways or cameras (SITE-10)."""

    def __init__(self, gateways: int, cameras: int) -> None:
        left = f"{cameras} camera(s) and {gateways} gateway(s)"
        super().__init__({"id": [f"the site still has {left}; move or delete them first"]})


class Unauthenticated(ApiError):
    """No credential, or one that is unknown, expired or revoked."""

    status = 401
    code = "auth_required"

    def __init__(self) -> None:
        super().__init__("A valid bearer token is required.")


class InvalidCredentials(Unauthenticated):
    """No user has this email and password; the answer does not say which of them is wrong (AUTH-10)."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        ApiError.__init__(self, "The email or the password is wrong.")


class Forbidden(ApiError):
    """The caller is known but not allowed."""

    status = 403
    code = "forbidden"


class AccountDisabled(Forbidden):
    """The user is disabled and cannot log in (AUTH-11)."""

    code = "account_disabled"

    def __init__(self) -> None:
        super().__init__("This account is disabled.")


class NotFound(ApiError):
    """The caller's org has no object of that id; the message does not reveal whether another org has it."""

    status = 404
    code = "not_found"

    def __init__(self, noun: str) -> None:
        super().__init__(f"There is no such {noun}.")


class MethodNotAllowed(ApiError):
    """The path exists, but not with this method; ``allow`` lists its methods."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, allow: Sequence[str]) -> None:
        self.allow = allow
        super().__init__(f"This path answers {', '.join(allow)}.")


class Conflict(ApiError):
    """The request conflicts with the present state."""

    status = 409
    code = "conflict"


class EmailTaken(Conflict):
    """A user of the org has this email already (USR-10)."""

    def __init__(self) -> None:
        super().__init__("A user with this email exists already; change that one instead.")


class PairingCodeRedeemed(Conflict):
    """The pairing code was already redeemed (GW-51)."""

    def __init__(self) -> None:
        super().__init__("The pairing code was already redeemed.")


class PairingCodeExpired(ApiError):
    """The pairing code is older than its ten minutes (GW-52)."""

    status = 410
    code = "gone"

    def __init__(self) -> None:
        super().__init__("The pairing code has expired.")


class TooLarge(ApiError):
    """A request body or an export is larger than its limit."""

    status = 413
    code = "payload_too_large"


class RateLimited(ApiError):
    """Too many requests; ``retry_after`` is in whole seconds, at least 1."""

    status = 429
    code = "rate_limited"

    def __init__(self, retry_after: int, message: str = "Too many requests.") -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(message)


class TooManyPairingCodes(RateLimited):
    """The org has as many active pairing codes as it may (GW-21)."""

    def __init__(self, retry_after: int, cap: int) -> None:
        super().__init__(retry_after, f"The org already has {cap} active pairing codes.")


class InternalError(ApiError):
    """The mock failed, or its answer does not match its document."""

    status = 500
    code = "internal_error"

    def __init__(self, message: str = "The mock failed; its log says why.") -> None:
        super().__init__(message)


class Unavailable(ApiError):
    """The store cannot be reached; the call had no effect, or it is unknown whether it had one."""

    status = 503
    code = "service_unavailable"

    def __init__(self, message: str = "The mock cannot reach its store; try again.") -> None:
        super().__init__(message)
