"""The API reference in a browser: calls as any actor, by mouse and by keyboard, readable in both schemes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tabs import SCHEMES, serious, tab, tab_to
from tests.harness import JSON, Running, running
from tests.process import serve

pytestmark = pytest.mark.slow
ACME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
LIST, READ = "#operations-events-listEvents", "#operations-events-getEvent"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running(fixture="acme") as started:
        yield started


def show(page: Any, query: str = "") -> None:
    page.goto(f"/_mock/reference{query}")
    page.locator(LIST).wait_for()


def outside_event(mock: Running, org: JSON) -> str:
    """Return the id of an event at a site that the viewer may not see."""
    granted = org["actors"]["viewer"]["site_ids"]
    outside = {camera["id"] for camera in org["cameras"] if camera["site_id"] not in granted}
    events = mock.client(org["actors"]["owner"]["token"]).get("/api/v1/events").json()["data"]
    return next(str(event["id"]) for event in events if event["camera_id"] in outside)


def test_a_viewer_is_refused_an_event_outside_their_sites(browser: Any, mock: Running) -> None:
    org = mock.control("GET", f"/orgs/{ACME}")
    event = outside_event(mock, org)
    with tab(browser, mock.base_url) as page:
        show(page, f"?org={ACME}&actor=viewer")
        assert page.locator("#token").input_value() == org["actors"]["viewer"]["token"]
        page.locator(f"{READ} button.opblock-summary-control").click()
        page.locator(f"{READ} [data-param-name=id] input").fill(event)
        page.locator(f"{READ} button.execute").click()
        answer = page.locator(f"{READ} .live-responses-table")
        answer.wait_for()
        assert org["actors"]["viewer"]["token"] in page.locator(f"{READ} .curl").inner_text()
        status = mock.client(org["actors"]["viewer"]["token"]).get(f"/api/v1/events/{event}").status_code
        assert status in (403, 404)
        assert answer.locator(".response-col_status").nth(1).inner_text().startswith(str(status))
        page.locator("#actor").select_option(org["actors"]["owner"]["token"])
        assert page.url.endswith(f"?org={ACME}&actor=owner#/events/getEvent")
        page.locator(f"{READ} button.execute").click()
        page.locator(f"{READ} .live-responses-table .response", has_text="camera_name").wait_for()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(browser: Any, axe: str, mock: Running, scheme: str) -> None:
    with tab(browser, mock.base_url, scheme) as page:
        show(page)
        page.locator(f"{LIST} button.opblock-summary-control").click()
        page.locator(f"{LIST} button.execute").click()
        page.locator(f"{LIST} .live-responses-table").wait_for()
        page.locator(f"{LIST} .opblock-summary").hover()  # which shows a button that copies the path
        assert serious(page, axe) == []


def test_a_call_is_made_by_keyboard_alone(browser: Any, mock: Running) -> None:
    with tab(browser, mock.base_url) as page:
        show(page)
        tab_to(page, "#actor")
        page.keyboard.type("viewer")
        assert page.locator("#token").input_value() == "sk_live_acme_viewer"
        tab_to(page, f"{LIST} button.opblock-summary-control")
        page.keyboard.press("Enter")
        execute = page.locator(f"{LIST} button.execute")
        execute.wait_for()
        page.wait_for_load_state("networkidle")  # or the viewer may draw the button anew, without the focus
        tab_to(page, f"{LIST} button.execute")
        execute.press("Enter")  # which waits until the button takes it
        page.locator(f"{LIST} .live-responses-table").wait_for()
        assert "sk_live_acme_viewer" in page.locator(f"{LIST} .curl").inner_text()


def test_another_document_below_a_path_behind_a_control_token(browser: Any, tmp_path: Path) -> None:
    document = tmp_path / "pets.yaml"
    document.write_text(PETS, encoding="utf-8")
    options = ("--spec", str(document), "--base-path", "/vms", "--control-token", "secret")
    with serve(tmp_path, *options) as served, tab(browser, served.ready["base_url"].removesuffix("/vms")) as page:
        page.goto("/vms/_mock/reference")
        page.locator("#token").fill("secret")
        page.keyboard.press("Enter")
        page.locator("#operations-default-listPets button.opblock-summary-control").click()
        assert page.evaluate("window.planted") is None
        page.locator("#operations-default-listPets button.execute").click()
        page.locator(".live-responses-table .response", has_text="Rex").wait_for()
        assert f"{served.ready['base_url']}/pets" in page.locator(".curl").inner_text()


PETS = """openapi: 3.1.0
info:
  title: Pets
  version: "1"
  description: <img src=x onerror="window.planted = 1"><script>window.planted = 1</script>
servers: [{url: "https://elsewhere.example"}]
paths:
  /pets:
    get:
      operationId: listPets
      servers: [{url: "https://elsewhere.example"}]
      responses:
        "200":
          description: All pets.
          content:
            application/json:
              schema: {type: array, items: {type: string}}
              example: [Rex]
"""
