"""Control plane and sockets refuse other names than the mock's own, and pages of other sites."""

import pytest

from mockserver.asgi import Scope
from mockserver.browsers import OwnHosts
from mockserver.domain.errors import Forbidden
from tests.harness import Running, World
from tests.mockserver.http.raw import ask
from tests.mockserver.http.sockets import Gateway
from tests.mockserver.server.test_socket_limits import handshake


def scope(**headers: str) -> Scope:
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "127.8.9.1",
        "localhost:80",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "[::1]:8080",
        "mock:1",
        "",
    ],
)
def test_own_names_are_allowed(host: str) -> None:
    OwnHosts(["127.0.0.1", "mock"]).check(scope(host=host, origin="http://localhost:5173"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "[::2]:80",
        "mock.evil.example",
        "notlocalhost",
        "$(id).localhost",
        "a`id`;b.localhost:8080",
        "[::1",
        "0x7f.1",
    ],
)
def test_other_names_are_refused(host: str) -> None:
    with pytest.raises(Forbidden, match="--allow-host"):
        OwnHosts(["127.0.0.1", "mock"]).check(scope(host=host))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://evil.example:8080"},
        {"origin": "http://203.0.113.5"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "cross-site", "origin": "http://localhost:8080"},
    ],
)
def test_pages_of_other_sites_are_refused(headers: dict[str, str]) -> None:
    for hosts in (["127.0.0.1"], ["0.0.0.0"], ["::"]):
        with pytest.raises(Forbidden):
            OwnHosts(hosts).check(scope(host="127.0.0.1:8080", **headers))


def test_a_mock_on_every_address_is_called_by_any_address_and_no_name() -> None:
    everywhere = OwnHosts(["0.0.0.0"])
    everywhere.check(scope(host="192.168.1.5:8080", origin="http://192.168.1.5:8080"))
    everywhere.check(scope(host="[2001:db8::1]:8080", sec_fetch_site="same-origin"))
    with pytest.raises(Forbidden):
        everywhere.check(scope(host="evil.example:8080"))


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
@pytest.mark.parametrize("call", [("GET", "/snapshot"), ("POST", "/reset"), ("POST", "/orgs"), ("PUT", "/snapshot")])
def test_a_refused_call_does_nothing(world: World, call: tuple[str, str], headers: dict[str, str]) -> None:
    client, (method, path) = world.running.client(), call
    before = client.get("/_mock/orgs").json()["total"]
    for sent in (headers, headers | {"Content-Type": "text/plain"}):
        answer = client.request(method, f"/_mock{path}", headers=sent)
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert client.get("/_mock/orgs").json()["total"] == before


@pytest.mark.parametrize("line", ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"])
def test_a_socket_for_another_page_is_refused(world: World, line: str) -> None:
    gateway = Gateway(world)
    assert ask(world.running, handshake(gateway, line)).status == 403
    evil = handshake(gateway).replace(b"Host: localhost", b"Host: evil.example")
    assert ask(world.running, evil).json["error"] == "forbidden"
    assert gateway.get()["status"] != "online"


def test_the_api_itself_is_called_by_any_name(shared: Running) -> None:
    assert shared.client().get("/healthz", headers={"Host": "evil.example"}).is_success
