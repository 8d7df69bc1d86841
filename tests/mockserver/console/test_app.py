"""Who may see the console, and what all of its pages have in common."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mockserver.asgi import Application
from mockserver.console import app as console
from mockserver.mock import Mock
from mockserver.server.mounting import Mounted
from mockserver.settings import Settings
from tests.harness import Running, running
from tests.mockserver.console.pages import Page, page

TOKEN = "sécret 7"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    """A mock with a control token."""
    with running(control_token=TOKEN, fixture="empty") as mock:
        yield mock


def log_in(mock: Running, token: str = TOKEN, after: str = "/_mock/") -> httpx.Response:
    return mock.client().post("/_mock/console/login", data={"token": token, "after": after})


def cookie_name(mock: Running) -> str:
    return log_in(mock).headers["set-cookie"].partition("=")[0]


def test_a_page_allows_nothing_but_its_own_files(shared: Running) -> None:
    for path in ("/", "/console/nowhere", "/console/static/console.css"):
        headers = shared.client().get(f"/_mock{path}").headers
        policy = dict(one.split(" ", 1) for one in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
    assert page(shared, "/").answer.headers["cache-control"] == "no-store"


def test_a_page_has_no_script_nor_style_of_its_own(shared: Running) -> None:
    found = page(shared, "/")
    for tag, given in found.tags:
        assert tag != "style"
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
    assert all(found.attributes("script", "src"))
    assert len(found.attributes("script", "src")) == len([tag for tag, _ in found.tags if tag == "script"])


def test_static_files_are_kept_and_asked_for_again_by_their_tag(shared: Running) -> None:
    path = "/_mock/console/static/htmx.min.js"
    first = shared.client().get(path)
    assert "max-age" in first.headers["cache-control"]
    again = shared.client().get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert shared.client().get("/_mock/console/static/../app.py").status_code == 404
    assert shared.client().get("/_mock/console/static/%2e%2e/app.py").status_code == 404


def test_what_others_wrote_comes_with_its_licence() -> None:
    static = Path(console.__file__).parent / "static"
    assert "Zero-Clause BSD" in (static / "htmx.LICENSE").read_text(encoding="utf-8")


def test_the_prefix_alone_leads_to_the_pages(shared: Running) -> None:
    answer = shared.client().get("/_mock")
    assert (answer.status_code, answer.headers["location"]) == (307, "/_mock/")
    assert shared.client().get("/_mockery").json()["error"] == "not_found"


@pytest.mark.parametrize("path", ["/_mock/console", "/_mock/console/nowhere", "/_mock/reference/nowhere"])
def test_an_unknown_page_is_said_to_be_none(shared: Running, path: str) -> None:
    answer = shared.client().get(path)
    assert answer.status_code == 404
    assert "Not Found" in Page(answer).text


def test_a_wrong_method_is_refused(shared: Running) -> None:
    answer = shared.client().post("/_mock/")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert shared.client().head("/_mock/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_other_names_and_pages_of_other_sites_see_nothing(shared: Running, headers: dict[str, str]) -> None:
    for path in ("/", "/console/static/console.js"):
        answer = shared.client().get(f"/_mock{path}", headers=headers)
        assert answer.status_code == 403
        assert "Small World" not in answer.text


_LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def test_a_page_of_another_site_may_link_to_a_page_and_do_nothing_else(isolated: Running) -> None:
    assert isolated.client().get("/_mock/", headers=_LINK).status_code == 200
    for changed in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "no-cors"}, {"Host": "evil.example"}):
        assert isolated.client().get("/_mock/", headers=_LINK | changed).status_code == 403, changed
    assert isolated.client().post("/_mock/console/clock", data={"freeze": "true"}, headers=_LINK).status_code == 403
    assert isolated.client().get("/_mock/snapshot", headers=_LINK).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null"},
    ],
)
def test_only_its_own_pages_send_its_forms(isolated: Running, headers: dict[str, str]) -> None:
    answer = isolated.client().post("/_mock/console/clock", data={"freeze": "true"}, headers=headers)
    assert answer.status_code == 403
    assert isolated.control("GET", "/clock")["frozen"] is False
    own = {"Origin": isolated.base_url}
    assert isolated.client().post("/_mock/console/clock", data={"freeze": "true"}, headers=own).status_code == 303
    assert isolated.control("GET", "/clock")["frozen"] is True


def test_a_form_is_bounded(shared: Running) -> None:
    answer = shared.client().post("/_mock/console/clock", content=b"a=" + b"x" * 1024 * 1024)
    assert answer.status_code == 413
    answer = shared.client().post("/_mock/console/clock", content=b"a=1&" * 201)
    assert answer.status_code == 400


def test_the_control_token_is_asked_for_once(guarded: Running) -> None:
    refused = page(guarded, "/", 401)
    assert "Control token" in refused.text
    assert "Organisations" not in refused.text
    assert refused.attributes("input", "value") == ["/_mock/"]
    answer = log_in(guarded)
    assert (answer.status_code, answer.headers["location"]) == (303, "/_mock/")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/_mock"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "Organisations" in page(guarded, "/", headers={"Cookie": cookie.partition(";")[0]}).text
    bearer = {"Authorization": b"Bearer " + TOKEN.encode()}
    assert guarded.client().get("/_mock/", headers=bearer).status_code == 200  # type: ignore[arg-type]


def test_mocks_on_several_ports_of_a_host_have_a_cookie_each(guarded: Running) -> None:
    def log_in_at(host: str) -> str:
        answer = guarded.client().post("/_mock/console/login", data={"token": TOKEN}, headers={"Host": host})
        return answer.headers["set-cookie"].partition(";")[0]

    names = {host: log_in_at(host).partition("=")[0] for host in ("localhost:8080", "localhost:8081", "localhost")}
    assert len(set(names.values())) == 3
    for host, status in {"localhost:8080": 200, "localhost:8081": 401}.items():
        page(guarded, "/", status, headers={"Cookie": log_in_at("localhost:8080"), "Host": host})


def test_a_bearer_token_counts_beside_a_cookie_of_another_mock(guarded: Running) -> None:
    headers = {"Authorization": b"Bearer " + TOKEN.encode(), "Cookie": f"{cookie_name(guarded)}=eA".encode()}
    assert guarded.client().get("/_mock/", headers=headers).status_code == 200  # type: ignore[arg-type]
    headers["Authorization"] = b"Bearer x"
    assert guarded.client().get("/_mock/", headers=headers).status_code == 401  # type: ignore[arg-type]


def test_the_login_leads_to_the_page_that_was_asked_for_or_whose_form_was_sent_to_the_first(guarded: Running) -> None:
    path = "/_mock/reference?org=a%26b&actor=viewer"
    (after,) = Page(guarded.client().get(path)).attributes("input", "value")
    assert log_in(guarded, after=after).headers["location"] == path
    sent = guarded.client().post("/_mock/console/clock", data={"freeze": "true"})
    assert (sent.status_code, Page(sent).attributes("input", "value")) == (401, ["/_mock/"])


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "ÿ", "x" * 10_000])
def test_a_wrong_token_is_said(guarded: Running, token: str) -> None:
    answer = log_in(guarded, token)
    assert answer.status_code == 401
    assert "This is not the control token." in Page(answer).text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["x", "=", "____", 'wr"ong', "a" * 5000])
def test_a_wrong_cookie_is_no_token(guarded: Running, cookie: str) -> None:
    assert page(guarded, "/", 401, headers={"Cookie": f"{cookie_name(guarded)}={cookie}"})


@pytest.mark.parametrize(
    "after",
    [
        *("https://evil.example/_mock/", "//evil.example", "/api/v1/events", "/_mock/\\evil", "/_mockery", ""),
        *("/_mock/../api", "/_mock/%2E%2e/api", "/_mock/x/../..?a", "/_mock/..#a"),
    ],
)
def test_a_login_leads_only_to_the_console(guarded: Running, after: str) -> None:
    assert log_in(guarded, after=after).headers["location"] == "/_mock/"
    assert log_in(guarded, after="/_mock/console/x").headers["location"] == "/_mock/console/x"


def test_a_logout_forgets_the_token(guarded: Running) -> None:
    answer = guarded.client().post("/_mock/console/logout")
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "Log out" in Page(log_in(guarded, "wrong")).text


def test_no_control_means_no_console() -> None:
    with running(control=False, fixture="empty") as mock:
        for path in ("/_mock", "/_mock/", "/_mock/console/static/console.css"):
            answer = mock.client().get(path)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("base_path", "headers", "root"),
    [
        ("/vms", {}, "/vms"),
        ("/vms", {"X-Forwarded-Prefix": "/team/a", "X-Forwarded-Proto": "https"}, "/team/a/vms"),
        ("", {"X-Forwarded-Prefix": "/team/a"}, "/team/a"),
    ],
)
def test_links_begin_with_what_stands_before_every_path(base_path: str, headers: dict[str, str], root: str) -> None:
    async def ask(application: Application) -> list[httpx.Response]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            wrong = await client.post(f"{base_path}/_mock/console/login", data={"token": "t"})
            right = {"Authorization": "Bearer t"}
            return [wrong, *[await client.get(f"{base_path}{path}", headers=right) for path in ("/_mock", "/_mock/")]]

    mock = Mock(Settings(fixture="empty", control_token="t"))
    entered, redirect, overview = asyncio.run(ask(Mounted(mock.instance, base_path, forwarded=True)))
    assert entered.headers["location"] == redirect.headers["location"] == f"{root}/_mock/"
    assert f"Path={root}/_mock;" in entered.headers["set-cookie"]
    assert ("Secure" in entered.headers["set-cookie"]) is ("X-Forwarded-Proto" in headers)
    found = Page(overview)
    for tag, name in (("a", "href"), ("link", "href"), ("script", "src"), ("form", "action")):
        own = [value for value in found.attributes(tag, name) if not value.startswith("#")]
        assert own
        assert all(value.startswith(f"{root}/_mock/") for value in own)
