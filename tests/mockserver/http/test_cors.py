"""Pages of this machine, or of the origins that --cors names, may call the API from a browser; no page the rest."""

from collections.abc import Iterator

import httpx
import pytest

from mockserver.browsers import Origins
from tests.harness import Running, World, running
from tests.mockserver.http.sockets import HEARTBEAT, Gateway, close_code, exchange

EVENTS = "/api/v1/events"
PAGE = "http://localhost:5173"
ORIGIN, EXPOSED = "access-control-allow-origin", "access-control-expose-headers"
ASKED = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,x-mine",
}


@pytest.fixture(scope="module")
def faulty() -> Iterator[Running]:
    with running() as mock:
        yield mock


def preflight(mock: Running, path: str, origin: str = PAGE, **headers: str) -> httpx.Response:
    sent = {"Origin": origin, **ASKED, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return mock.client().options(path, headers=sent)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "https://localhost:5173",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
        "http://app.localhost:80",
        "HTTP://LOCALHOST:1",
    ],
)
def test_pages_of_this_machine_are_allowed(origin: str) -> None:
    assert Origins(["loopback"]).allow(origin)
    assert not Origins(["https://app.example.com"]).allow(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://notlocalhost",
        "http://127.0.0.1.evil.example",
        "http://localhost:5173@evil.example",
        "http://evil.example#localhost",
        "http://localhost:5173/",
        "ftp://localhost",
        "http://127.0.0.1:3000\n",
        "http://" + "a." * 10_000 + "localhost",
    ],
)
def test_other_pages_are_not(origin: str) -> None:
    assert not Origins(["loopback", "https://app.example.com"]).allow(origin)
    assert Origins(["*"]).allow(origin)


@pytest.mark.parametrize(
    "path", [EVENTS, f"{EVENTS}/8f1a2b3c-4d5e-6f7a-8b9c-0d1e2f3a4b5c", "/api/v1/nowhere", "/healthz"]
)
def test_a_preflight_is_answered_without_a_token(shared: Running, path: str) -> None:
    answer = preflight(shared, path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers[ORIGIN] == PAGE
    assert "PATCH" in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-headers"] == ASKED["Access-Control-Request-Headers"]
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-private-network" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_for_a_private_network_is_allowed_it(shared: Running) -> None:
    answer = preflight(shared, EVENTS, Access_Control_Request_Private_Network="true")
    assert answer.headers["access-control-allow-private-network"] == "true"


def test_a_preflight_is_neither_charged_nor_in_the_journal(isolated: Running) -> None:
    preflight(isolated, EVENTS)
    assert isolated.control("GET", "/requests")["total"] == 0


def test_the_refusal_of_another_page_names_the_option(shared: Running) -> None:
    answer = preflight(shared, EVENTS, "https://app.example.com")
    assert answer.status_code == 403
    assert "--cors https://app.example.com" in answer.json()["message"]
    assert ORIGIN not in answer.headers
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", ["null", "file://"])
def test_the_refusal_of_a_page_without_a_name_names_an_option_that_there_is(shared: Running, origin: str) -> None:
    assert "`novavms-mock serve --cors '*'` allows all" in preflight(shared, EVENTS, origin).json()["message"]


def test_a_header_of_a_fault_stands_alone(faulty: Running) -> None:
    world = faulty.org()
    answer = {"status": 503, "headers": {"Access-Control-Allow-Origin": "https://other.example.com"}}
    faulty.control("POST", "/faults", json={"match": {"org": world.id}, "answer": answer})
    headers = world.owner.get(EVENTS, headers={"Origin": PAGE}).headers
    assert headers.get_list(ORIGIN) == ["https://other.example.com"]
    assert len(headers.get_list(EXPOSED)) == 1


def test_an_answer_can_be_read_with_its_headers(world: World) -> None:
    answer = world.owner.get(EVENTS, headers={"Origin": PAGE})
    exposed = answer.headers[EXPOSED].split(", ")
    assert answer.headers[ORIGIN] == PAGE
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers
    for name in ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"):
        assert name in exposed
    assert "Content-Disposition" in exposed, "the document declares it"
    assert len(exposed) == len({name.lower() for name in exposed})


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://app.example.com"}, {"Origin": "null"}])
def test_other_answers_have_no_such_headers(world: World, headers: dict[str, str]) -> None:
    answer = world.owner.get(EVENTS, headers=headers)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers.get("vary") == ("Origin" if headers else None)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (("GET", EVENTS), 401),
        (("GET", "/api/v1/nowhere"), 404),
        (("GET", "/nowhere"), 404),
        (("DELETE", EVENTS), 405),
        (("OPTIONS", EVENTS), 405),
        (("POST", "/api/v1/auth/login"), 400),
    ],
)
def test_errors_can_be_read(shared: Running, call: tuple[str, str], status: int) -> None:
    answer = shared.client().request(*call, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers[ORIGIN]) == (status, PAGE)
    if status in (401, 405):
        assert {"401": "www-authenticate", "405": "allow"}[str(status)] in answer.headers[EXPOSED].lower()


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 503}, {"status": 429}, {"malformed": True}, {"drip_ms": 1}]
)
def test_injected_faults_can_be_read(faulty: Running, fault: dict[str, object]) -> None:
    world = faulty.org()
    faulty.control("POST", "/faults", json={"org": world.id, **fault})
    answer = world.owner.get(EVENTS, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers[ORIGIN]) == (fault.get("status", 200), PAGE)


def test_a_call_beyond_the_rate_can_be_read(shared: Running) -> None:
    org = shared.org()
    org.settings(rate_limit_burst=1, rate_limit_per_minute=1)
    answers = [org.owner.get(EVENTS, headers={"Origin": PAGE}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers[ORIGIN] == PAGE
    assert answers[1].headers["retry-after"]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", [PAGE, "https://app.example.com"])
def test_no_page_can_read_the_control_plane(method: str, origin: str) -> None:
    with running(cors=("*",)) as mock:
        answer = mock.client().request(method, "/_mock/orgs", headers={"Origin": origin, **ASKED})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.status_code == (403 if "example" in origin else answer.status_code)


def test_origins_are_named_instead_or_none_allowed() -> None:
    with running(cors=("https://app.example.com",)) as mock:
        assert preflight(mock, EVENTS, "https://app.example.com").headers[ORIGIN] == "https://app.example.com"
        assert preflight(mock, EVENTS, PAGE).status_code == 403
    with running(cors=()) as mock:
        answer = preflight(mock, EVENTS)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert "vary" not in answer.headers


def test_a_page_opens_a_socket_with_the_key_as_a_subprotocol(world: World) -> None:
    gateway = Gateway(world)
    page = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"}
    with gateway.connected(None, protocols=["bearer", gateway.key], **page) as socket:
        assert socket.subprotocol == "bearer"
        assert exchange(socket, HEARTBEAT)["type"] == "ack"


@pytest.mark.parametrize("protocols", [["bearer"], ["other"], ["bearer", "gw_unknown"], ["other", "KEY"]])
def test_a_socket_without_its_key_is_closed(world: World, protocols: list[str]) -> None:
    gateway = Gateway(world)
    with gateway.connected(None, protocols=[gateway.key if one == "KEY" else one for one in protocols]) as socket:
        assert close_code(socket) == 4401
