import inspect

import pytest

from mockserver.domain import errors
from mockserver.domain.errors import ApiError, InvalidInput, MethodNotAllowed, NotFound, RateLimited

CODES = {
    400: {"validation_error"},
    401: {"auth_required", "invalid_credentials"},
    403: {"forbidden", "account_disabled"},
    404: {"not_found"},
    405: {"method_not_allowed"},
    409: {"conflict"},
    410: {"gone"},
    413: {"payload_too_large"},
    429: {"rate_limited"},
    500: {"internal_error"},
    503: {"service_unavailable"},
}


def kinds() -> list[type[ApiError]]:
    found = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, ApiError)]
    return [kind for kind in found if kind is not ApiError]


def test_every_status_has_its_errors() -> None:
    found: dict[int, set[str]] = {}
    for kind in kinds():
        found.setdefault(kind.status, set()).add(kind.code)
    assert found == CODES


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_error_is_in_the_documented_tree(kind: type[ApiError]) -> None:
    line = next(line for line in (errors.__doc__ or "").splitlines() if f" {kind.__name__}" in line)
    stated = f"{kind.status} {kind.code}"
    assert stated in line or kind.__mro__[1] is not ApiError
    assert kind.code in CODES[kind.status]


def test_message_is_also_the_text() -> None:
    assert str(NotFound("event")) == NotFound("event").message == "There is no such event."


def test_message_of_invalid_input_names_its_fields() -> None:
    error = InvalidInput({"name": ["is required", "is odd"], "limit": ["is too large"]})
    assert error.message == "name: is required; limit: is too large"
    assert error.field_errors["name"] == ["is required", "is odd"]


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (errors.InvalidCursor(), "cursor"),
        (errors.IllegalTransition("new", "online"), "status"),
        (errors.GatewayHasCameras(2), "id"),
        (errors.SiteInUse(1, 2), "id"),
    ],
)
def test_special_input_errors_name_their_field(error: InvalidInput, field: str) -> None:
    assert list(error.field_errors) == [field]


def test_gateway_refusal_counts_its_cameras() -> None:
    assert "2 bound camera" in errors.GatewayHasCameras(2).message


def test_wrong_method_lists_the_right_ones() -> None:
    error = MethodNotAllowed(["GET", "PATCH"])
    assert error.allow == ["GET", "PATCH"]
    assert "GET, PATCH" in error.message


@pytest.mark.parametrize(("asked", "answered"), [(-3, 1), (0, 1), (1, 1), (45, 45)])
def test_retry_after_is_at_least_one_second(asked: int, answered: int) -> None:
    assert RateLimited(asked).retry_after == answered
    assert errors.TooManyPairingCodes(asked, 5).retry_after == answered


def test_too_many_codes_says_how_many() -> None:
    assert "5 active pairing codes" in errors.TooManyPairingCodes(60, 5).message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.Unauthenticated(), "bearer token"),
        (errors.PairingCodeRedeemed(), "already redeemed"),
        (errors.PairingCodeExpired(), "expired"),
        (errors.InvalidCredentials(), "email or the password"),
        (errors.AccountDisabled(), "disabled"),
        (errors.EmailTaken(), "exists already"),
        (errors.InternalError(), "its log says why"),
        (errors.Unavailable(), "store"),
    ],
)
def test_message_says_what_is_wrong(error: ApiError, words: str) -> None:
    assert words in error.message


def test_an_answered_error_keeps_nothing_of_where_it_was_raised() -> None:
    try:
        try:
            raise KeyError("id")
        except KeyError as cause:
            raise NotFound("event") from cause
    except NotFound as error:
        found = error
    assert errors.without_origin(found) is found
    assert (found.__traceback__, found.__context__, found.__cause__) == (None, None, None)
