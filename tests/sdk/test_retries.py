import httpx
import pytest

from novavms.errors import AuthError, NotFoundError, NovaVMSError, RateLimitError, ValidationError
from tests.sdk.clients import answering, page, problem, scripted

SITE = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_429_and_5xx_are_repeated_until_success(kind: str, status: int) -> None:
    with scripted(kind, answering(problem(status, "x"), problem(status, "x"), page(SITE))) as client:
        assert client.do(lambda it: it.sites.list()).data[0].id == SITE
        assert len(client.requests) == 3
        assert len(client.delays) == 2


def test_every_method_is_repeated_with_the_same_body(kind: str) -> None:
    with scripted(kind, answering(problem(503, "x"), httpx.Response(204))) as client:
        client.do(lambda it: it.sites.remove(SITE))
        assert [request.method for request in client.requests] == ["DELETE", "DELETE"]
    with scripted(kind, answering(problem(503, "x"))) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.create(name="North"))
        assert {request.content for request in client.requests} == {b'{"name":"North"}'}


def test_the_default_is_three_retries_and_the_last_answer_is_the_error(kind: str) -> None:
    with scripted(kind, answering(problem(500, "internal_error"))) as client:
        with pytest.raises(NovaVMSError) as caught:
            client.do(lambda it: it.sites.list())
        assert (caught.value.status, caught.value.code) == (500, "internal_error")
        assert len(client.requests) == 4


@pytest.mark.parametrize("retries", [0, 1, 7])
def test_max_retries_is_the_number_of_repetitions(kind: str, retries: int) -> None:
    with scripted(kind, answering(problem(500, "internal_error")), max_retries=retries) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.list())
        assert len(client.requests) == retries + 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ValidationError), (401, AuthError), (403, AuthError), (404, NotFoundError), (409, NovaVMSError)],
)
def test_no_other_refusal_is_repeated(kind: str, status: int, error: type[NovaVMSError]) -> None:
    with scripted(kind, answering(problem(status, "x"))) as client:
        with pytest.raises(error):
            client.do(lambda it: it.sites.list())
        assert len(client.requests) == 1


def test_delays_double_from_half_a_second_up_to_eight(kind: str) -> None:
    with scripted(kind, answering(problem(500, "x")), max_retries=7) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.list())
        assert client.delays == [0.5, 1, 2, 4, 8, 8, 8]


def test_jitter_takes_any_part_of_a_delay(kind: str) -> None:
    with scripted(kind, answering(problem(500, "x")), jitter=0.25) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.list())
        assert client.delays == [0.125, 0.25, 0.5]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_the_shortest_delay(kind: str, status: int) -> None:
    asked = problem(status, "x", headers={"Retry_After": "3"})
    with scripted(kind, answering(asked), max_retries=4) as client:
        with pytest.raises(NovaVMSError):
            client.do(lambda it: it.sites.list())
        assert client.delays == [3, 3, 3, 4]


def test_a_date_in_retry_after_is_compared_with_the_date_of_the_answer(kind: str) -> None:
    dates = {"Retry_After": "Mon, 20 Apr 2026 08:30:09 GMT", "Date": "Mon, 20 Apr 2026 08:30:00 GMT"}
    with scripted(kind, answering(problem(429, "x", headers=dates), page())) as client:
        client.do(lambda it: it.sites.list())
        assert client.delays == [9]
    with scripted(kind, answering(problem(429, "x", headers=dates)), max_retries=0) as client:
        with pytest.raises(RateLimitError) as caught:
            client.do(lambda it: it.sites.list())
        assert repr(caught.value.retry_after) == "9.0"


@pytest.mark.parametrize("odd", ["", "soon", "-5", "nan", "inf", "1e9", "Mon, 99 Foo", "9" * 400])
def test_an_invalid_retry_after_is_ignored(kind: str, odd: str) -> None:
    with scripted(kind, answering(problem(429, "x", headers={"Retry_After": odd}))) as client:
        with pytest.raises(RateLimitError) as caught:
            client.do(lambda it: it.sites.list())
        assert client.delays == [0.5, 1, 2]
        assert caught.value.retry_after == 1.0


def test_a_retry_after_above_one_minute_is_not_waited_for(kind: str) -> None:
    with scripted(kind, answering(problem(429, "rate_limited", headers={"Retry_After": "540"}))) as client:
        with pytest.raises(RateLimitError) as caught:
            client.do(lambda it: it.gateways.generate_pairing_code(name="Gate", site_id=SITE))
        assert caught.value.retry_after == 540.0
        assert isinstance(caught.value.retry_after, float)
        assert client.delays == []
