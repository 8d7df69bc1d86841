"""The overview and the pages of an org in a browser: pairing, clocks, by keyboard, in both schemes, with any text."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.console.app import SECTIONS
from tests.browser.tabs import SCHEMES, serious, tab
from tests.harness import JSON, Running, World, running
from tests.mockserver.console.pages import MARKUP
from tests.mockserver.http.steps import new_code, new_rule

pytestmark = pytest.mark.slow
ORG = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
BELOW = ("", "/sites", "/cameras", "/events", "/alerts")
MAX_SECONDS_TO_PAINT = 1
MAX_PAGE_BYTES = 1_000_000
FIRST_PAINT = """new Promise((done) => new PerformanceObserver((seen) => {
  for (const one of seen.getEntriesByName("first-contentful-paint")) done(one.startTime)
}).observe({type: "paint", buffered: true}))"""
COUNTDOWN, OUTCOME = "[data-expires]", "#main .done"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running(fixture="acme") as started:
        yield started


@pytest.fixture
def org(mock: Running) -> World:
    """An org whose own clock stands still."""
    world = mock.org()
    mock.control("POST", f"/orgs/{world.id}/clock", json={"freeze": True})
    return world


def place(org: World, below: str = "") -> str:
    return f"/_mock/console/orgs/{org.id}{below}"


def tab_to(page: Any, selector: str) -> None:
    """Press the tabulator key until an element has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"{selector} is not reached")


def test_a_code_counts_down_expires_and_is_refused(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.goto(place(org))
        page.locator("#code-name").fill("North")
        page.locator("#make-code").click()
        page.locator(OUTCOME, has_text="201 Created").wait_for()
        assert page.locator(COUNTDOWN).inner_text() == "10:00"
        page.locator("#minute").click()
        page.locator(COUNTDOWN, has_text="9:00").wait_for()
        page.locator("#minutes").click()
        page.locator("#codes-rows .tag", has_text="expired").wait_for()
        page.locator("[id^=redeem-]").click()
        refused = page.locator(OUTCOME, has_text="410 Gone")
        refused.wait_for()
        assert "pairing_code_expired" in refused.inner_text() or "gone" in refused.inner_text()
        refused.locator("a").click()
        page.wait_for_url("**/journal/req_*")
        assert "GW-52" in page.locator("#main").inner_text()


def test_a_countdown_runs_with_the_clock_and_stands_still_with_it(browser: Any, org: World) -> None:
    new_code(org)
    with tab(browser, org.running.base_url) as page:
        page.goto(place(org))
        first = page.locator(COUNTDOWN).inner_text()
        page.wait_for_timeout(1500)
        assert page.locator(COUNTDOWN).inner_text() == first
        assert "stopped" in page.locator("#now").inner_text()
        page.locator("#freeze").click()
        page.locator("#now", has_text="running").wait_for()
        page.locator(COUNTDOWN).filter(has_not_text=first).wait_for()


def test_what_a_script_does_shows_by_itself(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.goto(place(org))
        page.locator("#code-name").fill("half written")
        code = new_code(org)["pairing_code"]
        page.locator("#codes-rows", has_text=code).wait_for()
        org.running.control("POST", f"/orgs/{org.id}/clock", json={"advance": 590})
        page.locator(COUNTDOWN, has_text="0:10").wait_for()
        assert page.locator("#code-name").input_value() == "half written"


def test_a_token_and_a_command_are_copied(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(place(org))
        for thing, text in (("token", org.described["actors"]["viewer"]["token"]), ("curl", "curl -H")):
            page.locator(f"[data-copy={thing}-viewer]").click()
            page.locator(f"[data-copy={thing}-viewer]", has_text="Copied").wait_for()
            assert page.locator("#spoken").inner_text() == "Copied"
            assert page.evaluate("navigator.clipboard.readText()").startswith(text)


def test_a_code_is_made_and_redeemed_by_keyboard_alone(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.goto("/_mock/")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.keyboard.press("Enter")
        tab_to(page, f"#org-{org.id}")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{place(org)}")
        tab_to(page, "#make-code")
        page.keyboard.press("Enter")
        page.locator(f"{OUTCOME}:focus", has_text="201 Created").wait_for()
        tab_to(page, "[id^=redeem-]")
        page.keyboard.press("Space")
        page.locator(f"{OUTCOME}:focus", has_text="200 OK").wait_for()


def test_an_error_is_shown_beside_its_form_and_the_focus_stays(browser: Any, mock: Running) -> None:
    with tab(browser, mock.base_url) as page:
        page.goto("/_mock/")
        page.locator("#seconds").fill("-1")
        page.locator("#move").focus()
        page.keyboard.press("Enter")
        page.locator("[role=alert]", has_text="advance").wait_for()
        assert page.evaluate("document.activeElement.id") == "move"
        assert page.url == f"{mock.base_url}/_mock/"


def test_an_org_that_is_removed_meanwhile_is_said_to_be_gone(browser: Any, mock: Running) -> None:
    org = mock.org()
    with tab(browser, mock.base_url) as page:
        page.goto(place(org))
        mock.control("DELETE", f"/orgs/{org.id}")
        page.locator("#main .error", has_text="There is no such org.").wait_for()
        assert page.locator("h1").all_inner_texts() == ["This did not work"]


def test_forms_work_without_scripts(browser: Any, org: World) -> None:
    context = browser.new_context(base_url=org.running.base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(place(org))
    page.locator("#make-code").click()
    assert "201 Created" in page.locator(OUTCOME).inner_text()
    page.goto(place(org))
    assert page.locator(COUNTDOWN).inner_text() == "10:00"
    page.locator("#minutes").click()
    assert page.url.endswith(place(org))
    assert "expired" in page.locator("#codes-rows").inner_text()
    assert page.locator("[data-copy=token-owner]").is_hidden()
    context.close()


def test_the_login_by_keyboard(browser: Any, axe: str) -> None:
    with running(control_token="secret", fixture="empty") as mock, tab(browser, mock.base_url) as page:
        page.goto("/_mock/")
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        page.locator("[role=alert]", has_text="not the control token").wait_for()
        assert serious(page, axe) == []
        page.keyboard.type("secret")
        page.keyboard.press("Enter")
        page.locator("h1", has_text="Overview").wait_for()
        page.locator("#minute").click()
        page.wait_for_load_state()
        page.locator("button", has_text="Log out").click()
        page.locator("#token").wait_for()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(browser: Any, axe: str, org: World, scheme: str) -> None:
    new_code(org)
    new_rule(org)
    org.record("alerts", count=2)
    with tab(browser, org.running.base_url, scheme) as page:
        for path in ("/_mock/", *(place(org, below) for below in BELOW)):
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert serious(page, axe) == [], path
            page.set_viewport_size({"width": 390, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(place(org))
        page.locator("#redeem").click()
        page.locator(OUTCOME, has_text="400").wait_for()
        page.locator("#seconds").fill("x")
        page.locator("#move").click()
        page.locator("[role=alert]").wait_for()
        assert serious(page, axe) == []


def replaced(mock: Running, change: Callable[[JSON], None]) -> None:
    """Replace the state of a mock by one that is changed."""
    snapshot = mock.control("GET", "/snapshot")
    change(snapshot["data"])
    mock.control("PUT", "/snapshot", json=snapshot)


def test_no_page_is_wider_than_a_narrow_window(browser: Any, org: World) -> None:
    paths = (section.path for section in SECTIONS)
    with tab(browser, org.running.base_url) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        for path in (*paths, *(place(org, below) for below in BELOW)):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.goto(place(org))
        assert page.locator("#token-owner").bounding_box()["height"] < 30, "a token stands on one line"


def test_markup_in_any_text_stays_text(browser: Any) -> None:
    planted = f"{MARKUP}<script>alert(1)</script><img src=/planted onerror=alert(2)>"

    def plant(data: JSON) -> None:
        for kind in ("orgs", "sites", "cameras", "gateways", "users", "events", "alert_rules", "alerts"):
            for record in data[kind]:
                texts = ("name", "display_name", "summary", "narrative", "notes", "rule_name")
                record.update({field: planted for field in texts if field in record})
                record.update({"tags": [planted]} if "tags" in record else {})

    with running(fixture="acme") as mock, tab(browser, mock.base_url) as page:
        replaced(mock, plant)
        (org_id, *_) = (one["org_id"] for one in mock.control("GET", "/orgs")["data"])
        for path in ("/", *(f"/console/orgs/{org_id}{below}" for below in BELOW)):
            page.goto(f"/_mock{path}")
            assert page.locator("planted, [planted], #main script, img").count() == 0
            assert page.locator("#main").inner_text().count("<planted") >= 1


def test_a_page_is_painted_soon_with_a_thousand_gateways(browser: Any) -> None:
    def add(data: JSON) -> None:
        (gateway, *_) = data["gateways"]
        data["gateways"] += [
            {**gateway, "id": f"00000000-0000-4000-8000-{number:012}", "api_key": f"gw_{number}", "status": "online"}
            for number in range(1000)
        ]

    with running(fixture="acme") as mock, tab(browser, mock.base_url) as page:
        replaced(mock, add)
        for path in ("/", *(f"/console/orgs/{ORG}{below}" for below in BELOW)):
            painted = []
            for _ in range(3):
                answer = page.goto(f"/_mock{path}")
                assert len(answer.body()) < MAX_PAGE_BYTES
                page.locator("h1").wait_for()
                painted.append(page.evaluate(FIRST_PAINT) / 1000)
            assert min(painted) < MAX_SECONDS_TO_PAINT, (path, painted)
