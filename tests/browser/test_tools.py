"""Webhooks, faults, state and mutants in a browser: what they do, by keyboard too, readable in both schemes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tabs import SCHEMES, serious, tab, tab_to
from tests.harness import Running, World, running
from tests.mockserver.console.pages import MARKUP
from tests.mockserver.http.steps import new_webhook

pytestmark = pytest.mark.slow
OWNER, EVENTS = "sk_live_abc123", "/api/v1/events"
FAULTS, WEBHOOKS, STATE, MUTANTS = (f"/_mock/console/{name}" for name in ("faults", "webhooks", "state", "mutants"))
MUTANT, RULE = "GW-17/five", "GW-17"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running(fixture="acme") as started:
        started.control("POST", "/clock", json={"freeze": True})
        yield started


@pytest.fixture
def planted(mock: Running) -> World:
    """An org with markup in all texts that these pages show, and a delivery that has been attempted in vain."""
    org = mock.org(name=MARKUP)
    new_webhook(org, name=MARKUP)
    org.record()
    mock.control("POST", "/clock", json={"advance": 1})
    mock.control("DELETE", "/faults")
    match = {"actor": MARKUP, "path": f"/{MARKUP}", "headers": {"X-A": MARKUP}, "query": {MARKUP: MARKUP}}
    answer = {"status": 500, "content_type": "text/html", "body": MARKUP, "headers": {"X-B": "<planted>"}}
    mock.control("POST", "/faults", json={"match": match, "answer": answer})
    return org


def test_an_answer_is_broken_by_the_form_and_mended(browser: Any, mock: Running) -> None:
    mock.control("DELETE", "/faults")
    with tab(browser, mock.base_url) as page:
        page.goto(FAULTS)
        form = page.locator(f"form[action='{FAULTS}']").first
        form.locator("[name=operation]").fill("listEvents")
        form.locator("[name=status]").fill("503")
        form.locator("[name=body]").fill("<h1>Out of order</h1>")
        form.locator("[name=drop]").check()
        form.locator("button").click()
        page.locator("[role=alert]", has_text="exclude").wait_for()
        assert form.locator("[name=status]").input_value() == "503"
        form.locator("[name=drop]").uncheck()
        form.locator("button").click()
        page.locator("h2", has_text="Faults in force: 1").wait_for()
        broken = mock.client(OWNER).get(EVENTS)
        assert (broken.status_code, broken.text) == (503, "<h1>Out of order</h1>")
        page.locator("#list td.number", has_text="1").wait_for()
        page.get_by_role("button", name="Remove fault").click()
        page.locator("h2", has_text="Faults in force: 0").wait_for()
    assert mock.client(OWNER).get(EVENTS).status_code == 200


def test_a_fault_is_added_and_removed_by_keyboard_alone(browser: Any, mock: Running) -> None:
    mock.control("DELETE", "/faults")
    with tab(browser, mock.base_url) as page:
        page.goto(FAULTS)
        tab_to(page, f"form[action='{FAULTS}'] [name=operation]")
        page.keyboard.type("listSites")
        tab_to(page, "[name=drop]")
        page.keyboard.press("Space")
        tab_to(page, "button.main")
        page.keyboard.press("Enter")
        page.locator("h2", has_text="Faults in force: 1").wait_for()
        tab_to(page, "#list button")
        page.wait_for_timeout(2500)
        assert page.evaluate("document.activeElement.matches('#list button')"), "the list is read again meanwhile"
        page.keyboard.press("Enter")
        page.locator("h2", has_text="Faults in force: 0").wait_for()


def check_rule(mock: Running, folder: Path) -> int:
    """Check one rule from a terminal and return the exit code."""
    command = [sys.executable, "-m", "contract_tests", "run", mock.base_url, "--rules", RULE]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False).returncode


def test_a_mutant_is_noticed_by_the_check_of_its_rule(browser: Any, tmp_path: Path) -> None:
    with running(strict_responses=False) as mock, tab(browser, mock.base_url) as page:
        page.goto(MUTANTS)
        page.locator("[name=text]").fill(MUTANT)
        page.keyboard.press("Enter")
        page.get_by_role("button", name=f"Switch on {MUTANT} and restart").click()
        page.locator("[role=status]", has_text="The mock was restarted.").wait_for()
        command = f"novavms-contract run {mock.base_url} --rules {RULE}"
        assert page.locator("#command-1").inner_text() == command
        assert check_rule(mock, tmp_path) == 1
        page.get_by_role("button", name=f"Switch {MUTANT} off and restart").click()
        page.locator("h2", has_text="Active: none").wait_for()
        assert check_rule(mock, tmp_path) == 0


def test_a_snapshot_is_saved_as_a_file_and_restored(browser: Any, tmp_path: Path) -> None:
    with running(fixture="acme") as mock, tab(browser, mock.base_url) as page:
        mock.org(name="Kept")
        page.goto(STATE)
        with page.expect_download() as started:
            page.get_by_role("link", name="Download a snapshot").click()
        saved, wrong = tmp_path / "snapshot.json", tmp_path / "wrong.json"
        started.value.save_as(saved)
        page.get_by_role("button", name="Reset the whole mock").click()
        page.locator("[role=status]", has_text="that of the start again").wait_for()
        assert "Kept" not in str(mock.control("GET", "/orgs"))
        wrong.write_text('{"version": 2}')
        page.locator("#file").set_input_files(wrong)
        page.get_by_role("button", name="Restore", exact=True).click()
        page.locator("[data-outcome]", has_text="version").wait_for()
        page.locator("#file").set_input_files(saved)
        page.get_by_role("button", name="Restore", exact=True).click()
        page.locator("[role=status]", has_text="The snapshot is restored.").wait_for()
        assert "Kept" in str(mock.control("GET", "/orgs"))


def test_a_delivery_is_sent_again(browser: Any, mock: Running, planted: World) -> None:
    with tab(browser, mock.base_url) as page:
        page.goto(f"{WEBHOOKS}?org={planted.id}")
        page.get_by_role("link", name="Attempts of delivery").click()
        page.locator("h2", has_text="Attempts: 1").wait_for()
        page.get_by_role("button", name="Send it again").click()
        page.locator("[role=status]", has_text="Another attempt is made now.").wait_for()
        mock.control("POST", "/clock", json={"advance": 0})
        page.get_by_role("link", name="Look again").click()
        page.locator("h2", has_text="Attempts: 2").wait_for()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious_and_texts_are_shown_as_texts(
    browser: Any, axe: str, mock: Running, planted: World, scheme: str
) -> None:
    [delivery] = mock.control("GET", f"/deliveries?org={planted.id}")["data"]
    paths = (f"{WEBHOOKS}?org={planted.id}", f"{WEBHOOKS}/deliveries/{delivery['id']}", FAULTS, STATE, MUTANTS)
    with tab(browser, mock.base_url, scheme) as page:
        for path in paths:
            page.goto(path)
            assert page.locator("planted, [planted]").count() == 0
            assert page.locator("h1").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert serious(page, axe) == []
