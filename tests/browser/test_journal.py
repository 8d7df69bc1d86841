"""The journal of the console in a browser: live, by keyboard, readable in both schemes, whatever clients send."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.tabs import SCHEMES, serious, tab
from tests.harness import JSON, Running, World, running
from tests.mockserver.console.pages import MARKUP

pytestmark = pytest.mark.slow
JOURNAL, EVENTS = "/_mock/console/journal", "/api/v1/events"
CALL, OPENED = "#rows [data-entry]", "#rows .opened .entry"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running(fixture="acme") as started:
        yield started


@pytest.fixture
def org(mock: Running) -> World:
    mock.control("DELETE", "/requests")
    return mock.org()


def expired_code(org: World) -> JSON:
    """Have a code expire, try to redeem it, and return the answer."""
    asked = {"name": "Yard", "site_id": org.sites[0]}
    code = org.operator.post("/api/v1/gateways/generate-pairing-code", json=asked).json()["pairing_code"]
    org.running.control("POST", f"/orgs/{org.id}/clock", json={"advance": 660})
    answer = org.running.client().post("/api/v1/gateways/pair", json={"pairing_code": code})
    assert answer.status_code == 410
    return dict(answer.json())


def test_an_expired_code_shows_as_it_is_refused_with_its_why(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.goto(JOURNAL)
        refused = expired_code(org)
        row = page.locator("#rows tr", has_text="410")
        row.wait_for()
        assert "operation GW-52" in row.inner_text()
        row.locator("[data-entry]").click()
        page.locator(OPENED).wait_for()
        opened = page.locator(OPENED).inner_text()
        assert refused["message"] in opened
        assert "GW-52" in opened
        assert '--data-raw \'{"pairing_code":' in opened
        assert page.locator("#count").inner_text() == "2 new calls."
        row.locator("[data-entry]").click()
        page.locator(OPENED).wait_for(state="detached")


def test_a_paused_page_stays_and_goes_on_where_it_was(browser: Any, org: World) -> None:
    org.owner.get(EVENTS)
    with tab(browser, org.running.base_url) as page:
        page.goto(JOURNAL)
        assert page.locator(CALL).count() == 1
        page.locator("#pause").click()
        assert page.locator("#pause").get_attribute("aria-pressed") == "true"
        for _ in range(3):
            org.owner.get(EVENTS)
        page.wait_for_timeout(1500)
        assert page.locator(CALL).count() == 1
        page.locator("#pause").click()
        page.locator(CALL).nth(3).wait_for()
        assert page.locator(CALL).count() == 4


def show(page: Any, hidden: bool) -> None:
    """Have a page believe that another tab is in front of it, or none."""
    page.evaluate(f"Object.defineProperty(document, 'hidden', {{value: {str(hidden).lower()}, configurable: true}})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_hidden_pages_leave_the_connections_to_others_and_go_on_later(browser: Any, org: World) -> None:
    org.owner.get(EVENTS)
    with tab(browser, org.running.base_url) as page:
        page.goto(JOURNAL)
        show(page, hidden=True)
        for _ in range(7):  # browsers have six connections for a server
            other = page.context.new_page()
            other.goto(JOURNAL, timeout=20_000)
            show(other, hidden=True)
        org.owner.get(EVENTS)
        page.wait_for_timeout(1500)
        assert page.locator(CALL).count() == 1
        show(page, hidden=False)
        page.locator(CALL).nth(1).wait_for()
        assert page.locator(CALL).count() == 2


def test_a_page_keeps_a_bounded_number_of_rows(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.goto(JOURNAL)
        for part in range(6):
            for number in range(40):
                org.owner.get(f"/api/v1/nowhere/{part}-{number}")
            page.locator(CALL, has_text=f"/{part}-39").wait_for()
        assert page.locator(CALL).count() <= 200
        assert page.locator("#rows tr").first.inner_text().count("/5-39") == 1


def test_markup_of_clients_stays_text(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.goto(JOURNAL)
        org.owner.post("/api/v1/alert-rules", params={MARKUP: "1"}, json={MARKUP: MARKUP}, headers={"X-A": MARKUP})
        org.owner.get(f"/api/v1/{MARKUP.replace('/', '')}")
        page.locator(CALL).nth(1).wait_for()
        for number in range(2):
            page.locator(CALL).nth(number).click()
            page.locator(OPENED).nth(number).wait_for()
        assert MARKUP in page.locator(OPENED).nth(1).inner_text()
        assert page.locator("planted, [planted]").count() == 0


def test_a_long_call_fits_a_narrow_window(browser: Any, org: World) -> None:
    org.owner.get(f"/api/v1/{'q' * 3000}", headers={f"X-{'n' * 200}": "v" * 3000})
    with tab(browser, org.running.base_url) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(JOURNAL)
        page.goto(page.locator(CALL).first.get_attribute("href"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_call_is_opened_by_keyboard_alone(browser: Any, org: World) -> None:
    org.owner.get(EVENTS)

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
        raise AssertionError(f"{selector} is not reached")

    with tab(browser, org.running.base_url) as page:
        page.goto(JOURNAL)
        tab_to("#pause")
        page.keyboard.press("Space")
        assert page.locator("#pause").get_attribute("aria-pressed") == "true"
        tab_to("[data-entry]")
        page.keyboard.press("Enter")
        page.locator(OPENED).wait_for()
        assert page.locator(CALL).get_attribute("aria-expanded") == "true"
        tab_to("[data-copy]")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(browser: Any, axe: str, org: World, scheme: str) -> None:
    expired_code(org)
    org.owner.get(EVENTS)
    with tab(browser, org.running.base_url, scheme) as page:
        page.goto(JOURNAL)
        page.locator(CALL).first.click()
        page.locator(OPENED).wait_for()
        assert serious(page, axe) == []
        page.goto(page.locator(CALL).nth(1).get_attribute("href"))
        assert serious(page, axe) == []


def test_a_lost_connection_is_said_and_calls_are_followed_again(browser: Any, org: World) -> None:
    with tab(browser, org.running.base_url) as page:
        page.route("**/journal/stream*", lambda asked: asked.fulfill(status=429))
        page.goto(JOURNAL)
        page.locator("#lost", has_text="The mock does not answer").wait_for()
        page.unroute("**/journal/stream*")
        org.owner.get(EVENTS)
        page.locator(CALL).wait_for()
        page.locator("#lost").wait_for(state="hidden")
