"""The gateways of the console in a browser: their status as it changes, readable in both schemes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.tabs import SCHEMES, serious, tab
from tests.harness import Running, running
from tests.mockserver.http.sockets import TELEMETRY, Gateway, exchange

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running(fixture="acme") as started:
        yield started


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_gateway_that_connects_shows_without_loading_again(
    browser: Any, axe: str, mock: Running, scheme: str
) -> None:
    org = mock.org()
    gateway = Gateway(org)
    with tab(browser, mock.base_url, scheme) as page:
        page.goto(f"/_mock/console/gateways?org={org.id}")
        row = page.locator("#rows tr", has_text=gateway.id)
        assert "offline" in row.inner_text()
        link = page.locator(f"#org-of-{gateway.id}")
        link.focus()
        before = page.locator("#count").inner_text()
        with gateway.connected() as socket:
            exchange(socket, TELEMETRY | {"cpu_percent": 10})
            exchange(socket, TELEMETRY | {"cpu_percent": 77.5})
            row.locator(".tag.good").wait_for()
            assert "77.5 %" in row.inner_text()
            assert row.locator("polyline").get_attribute("points") == "0,21.6 120,5.4"
            assert page.locator("#count").inner_text() != before
            assert page.evaluate("document.activeElement.id") == f"org-of-{gateway.id}"
            assert serious(page, axe) == []
        row.locator(".tag.bad").wait_for()


def test_a_mock_that_does_not_answer_is_said_until_it_does(browser: Any, mock: Running) -> None:
    with tab(browser, mock.base_url) as page:
        page.goto("/_mock/console/gateways")
        page.context.set_offline(True)
        page.locator("#lost", has_text="The mock does not answer").wait_for()
        page.context.set_offline(False)
        page.locator("#lost").wait_for(state="hidden")
        page.wrong.clear()
