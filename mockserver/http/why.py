"""Why a call was answered as it was: the step that an error came from, by its kind and how far the call had come."""

from mockserver.domain.errors import (
    ApiError,
    Forbidden,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from mockserver.http.fault_injection import FaultForbidden, InjectedError, InvalidFault
from mockserver.http.index import UnknownPath
from mockserver.runtime.faults import Effects
from mockserver.runtime.journal import Step, Why

BY_THE_OPERATION = Why(Step.OPERATION)
#: The first of them that an error is an instance of gives the step that raised it, before the operation was called.
_STEPS: tuple[tuple[type[ApiError], Step], ...] = (
    (UnknownPath, Step.ROUTE),
    (MethodNotAllowed, Step.ROUTE),
    (Unauthenticated, Step.CREDENTIAL),
    (RateLimited, Step.RATE_LIMIT),
    (Forbidden, Step.ROLE),
    (InvalidInput, Step.INPUT),
    (TooLarge, Step.INPUT),
)


def why(error: ApiError | None, fault: Effects | None, *, called: bool) -> Why:
    """Return why a call was answered with this error, if any; ``called`` is whether the operation was called."""
    return Why(_step(error, fault=bool(fault), called=called), bool(fault))


def _step(error: ApiError | None, *, fault: bool, called: bool) -> Step:
    if isinstance(error, Unavailable):
        return Step.STORE
    if isinstance(error, InjectedError | FaultForbidden | InvalidFault):
        return Step.FAULT
    if isinstance(error, InternalError):  # an answer that could not be changed, or one that the document does not allow
        return Step.FAULT if fault else Step.DOCUMENT
    if called:
        return Step.OPERATION
    if error is None:
        return Step.FAULT  # which answered instead
    return next((step for kind, step in _STEPS if isinstance(error, kind)), Step.OPERATION)
