import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from novavms.errors import AuthError, NotFoundError, NovaVMSError, RequestTimeoutError, ResponseError, TransportError
from tests.harness import World
from tests.sdk.clients import KEY, answering, close, either, json, page, scripted

SITE = "550e8400-e29b-41d4-a716-446655440000"
HTML: dict[str, Any] = {"html": "<!doctype html><title>Sign in</title>"}


@contextmanager
def raw(answer: bytes | None) -> Iterator[str]:
    """Answer once with bytes and close, or send nothing until the block ends; yields the base URL."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                if answer is None:
                    over.wait(10)
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join(10)


def test_html_instead_of_json_is_named_in_the_error(kind: str) -> None:
    with scripted(kind, answering(httpx.Response(200, **HTML))) as client:
        with pytest.raises(ResponseError) as caught:
            client.do(lambda it: it.sites.list(cursor="long"))
        expected = "GET http://vms.test/api/v1/sites answered 200 with text/html, not the JSON of a SitePage"
        assert caught.value.message.startswith(expected)
        assert (caught.value.status, caught.value.code) == (200, None)


@pytest.mark.parametrize("verb", ["snapshot", "remove", "get", "live_view_token"])
def test_html_is_not_accepted_as_a_file_or_a_deletion(kind: str, verb: str) -> None:
    with (
        scripted(kind, answering(httpx.Response(200, **HTML))) as client,
        pytest.raises(ResponseError, match="text/html"),
    ):
        client.do(lambda it: getattr(it.cameras, verb)(SITE))


def test_the_error_page_of_a_proxy_keeps_its_status(kind: str) -> None:
    with scripted(kind, answering(httpx.Response(502, **HTML))) as client:
        with pytest.raises(NovaVMSError, match=r"answered 502 Bad Gateway with text/html, .*a proxy") as caught:
            client.do(lambda it: it.sites.list())
        assert (caught.value.status, caught.value.code, caught.value.request_id) == (502, None, None)
        assert len(client.requests) == 4
    with scripted(kind, answering(httpx.Response(401, **HTML))) as client, pytest.raises(AuthError):
        client.do(lambda it: it.sites.list())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_its_location_is_named(kind: str, status: int) -> None:
    moved = httpx.Response(status, headers={"Location": "https://elsewhere.test/"})
    with scripted(kind, answering(moved)) as client:
        with pytest.raises(ResponseError, match=r"redirected to https://elsewhere\.test/.*set base_url") as caught:
            client.do(lambda it: it.sites.list())
        assert caught.value.status == status
        assert len(client.requests) == 1


def test_the_key_is_not_sent_to_a_redirect_by_a_client_that_follows_redirects() -> None:
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/"})

    with (
        httpx.Client(transport=httpx.MockTransport(serve), follow_redirects=True) as http,
        either("blocking", api_key=KEY, base_url="http://vms.test", http_client=http) as client,
        pytest.raises(ResponseError),
    ):
        client.do(lambda it: it.sites.list())
    assert seen == ["vms.test"]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'{"data": 1}', b'{"data": [{}]}', b"\xff\xfe"])
def test_json_of_another_shape_is_an_error_that_names_the_field(kind: str, text: bytes) -> None:
    answer = httpx.Response(200, content=text, headers={"Content-Type": "application/json", "X-Request-Id": "req_7"})
    with scripted(kind, answering(answer)) as client:
        with pytest.raises(ResponseError, match=r"not the JSON of a SitePage: (body|data)") as caught:
            client.do(lambda it: it.sites.list())
        assert caught.value.request_id == "req_7"


def test_the_message_does_not_show_the_content_of_the_answer(kind: str) -> None:
    with scripted(kind, answering(json(200, {"id": 1, "secret": ["whsec_live_hidden"]}))) as client:
        with pytest.raises(ResponseError) as caught:
            client.do(lambda it: it.webhooks.rotate_secret(SITE))
        assert "hidden" not in f"{caught.value!r}{caught.value}"
        assert caught.value.__suppress_context__
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("fault", ["truncate=30", "drop"])
def test_a_truncated_body_is_a_transport_error(kind: str, world: World, fault: str) -> None:
    headers = {"X-Mock-Fault": fault}
    http = httpx.Client(headers=headers) if kind == "blocking" else httpx.AsyncClient(headers=headers)
    token = world.described["actors"]["owner"]["token"]
    with either(kind, api_key=token, base_url=world.running.base_url, http_client=http) as client:
        with pytest.raises(TransportError, match=r"GET http://127\.0\.0\.1:\d+/api/v1/sites broke off") as caught:
            client.do(lambda it: it.sites.list())
        assert (caught.value.status, caught.value.code) == (None, None)
        client.do(lambda _: close(http))


def test_a_deeply_nested_body_is_an_error_like_any_other(kind: str) -> None:
    for status, error in ((200, ResponseError), (404, NotFoundError)):
        with scripted(kind, answering(httpx.Response(status, text="[" * 200_000))) as client, pytest.raises(error):
            client.do(lambda it: it.sites.list())


def test_malformed_json_is_a_response_error(kind: str, world: World) -> None:
    headers = {"X-Mock-Fault": "malformed"}
    http = httpx.Client(headers=headers) if kind == "blocking" else httpx.AsyncClient(headers=headers)
    token = world.described["actors"]["owner"]["token"]
    with either(kind, api_key=token, base_url=world.running.base_url, http_client=http) as client:
        with pytest.raises(ResponseError, match="Invalid JSON"):
            client.do(lambda it: it.sites.list())
        client.do(lambda _: close(http))


def test_an_answer_that_is_not_http_is_a_transport_error(kind: str) -> None:
    with (
        raw(b"SSH-2.0-OpenSSH_9.6\r\n") as url,
        either(kind, api_key=KEY, base_url=url) as client,
        pytest.raises(TransportError, match="broke off"),
    ):
        client.do(lambda it: it.sites.list())


def test_a_refused_connection_is_a_transport_error(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with either(kind, api_key=KEY, base_url=url) as client:
        with pytest.raises(TransportError, match=r"could not connect .*is base_url right") as caught:
            client.do(lambda it: it.sites.list())
        assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_a_server_that_does_not_answer_is_a_timeout(kind: str) -> None:
    with raw(None) as url, either(kind, api_key=KEY, base_url=url, timeout=0.05) as client:
        with pytest.raises(RequestTimeoutError, match=r"no answer within 0\.05 s \(ReadTimeout\)") as caught:
            client.do(lambda it: it.sites.list())
        assert caught.value.status is None


def test_a_transport_error_is_not_repeated(kind: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone", request=request)

    with scripted(kind, fail) as client:
        with pytest.raises(TransportError):
            client.do(lambda it: it.sites.create(name="North"))
        assert len(client.requests) == 1


def test_an_error_of_an_injected_client_is_converted_as_well(kind: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.HTTPStatusError("a hook", request=request, response=page())

    with scripted(kind, fail) as client, pytest.raises(TransportError, match="a hook"):
        client.do(lambda it: it.sites.list())
