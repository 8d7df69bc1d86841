"""The pages in a real browser: at two widths, light and dark, with what axe-core finds, and what they ask of a network.

They need a Chromium, the package playwright (dependency group ``browser``) and, for axe-core, npm.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue
from contract_tests.outcomes import fold
from contract_tests.report import html
from contract_tests.report.journal import Report
from tests.contract_tests import factories
from tests.contract_tests.report import hostile

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright: tox -e browser")
AXE = "axe-core@4.14.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SIZES = {1280: 800, 390: 844}
SCHEMES = ("light", "dark")
PAGES = ("clean", "failing", "staging", "hostile", "kill")
BODY = '{"data": [' + ", ".join(f'{{"id": "{number:036}", "name": "<b>{number}</b>"}}' for number in range(1400)) + "]}"
UNBROKEN = "x" * 100_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"needs one of {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, npm = tmp_path_factory.mktemp("axe"), shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    command = [npm, "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", str(folder), AXE]
    if subprocess.run(command, capture_output=True, check=False, timeout=120).returncode:
        pytest.skip(f"npm could not install {AXE}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as files, each as NAME.html."""
    path = tmp_path_factory.mktemp("pages")
    reports = {"clean": report(), "failing": report(fails=30), "staging": report(staging=True)}
    reports["hostile"] = hostile.report(hostile.MARKUP)
    for name, made in reports.items():
        (path / f"{name}.html").write_text(html.render(made), encoding="utf-8")
    (path / "kill.html").write_text(html.render_kill(kills(), 1), encoding="utf-8")
    return path


def report(*, fails: int = 0, staging: bool = False) -> Report:
    """Return a report on 90 rules, of which as many fail; on staging some could not run and three do not decide."""
    rules = list(islice(catalogue.load().testable(), 90))
    lines = [factories.line(factories.finding(rule.id)) for rule in rules[fails:-5]]
    for number, rule in enumerate(rules[:fails]):
        actual = (f"200 {BODY}", UNBROKEN, '404 {"error": "not_found"}')[min(number, 2)]
        call = factories.exchange(answer=actual, body=actual, url=f"http://127.0.0.1/api/v1/{actual[:900]}")
        found = factories.finding(rule.id, "fail", actual=actual)
        lines.append(factories.line(found, exchanges=[call] * (6 if number < 3 else 1), example="test_limit(limit=0)"))
    if staging:
        reasons = [f"the target does not provide {name}" for name in ("clock", "receiver", "settings")]
        lines += [
            factories.line(factories.finding(rule.id, "disabled", met=0, actual=reasons[number % 3]), check="other")
            for number, rule in enumerate(rules[::3])
        ]
        lines += [factories.line(factories.finding(rule.id, "fail")) for rule in rules[:3]]
    deciding = [rule.id for rule in (rules[3:] if staging else rules)]
    facts = factories.run(target="https://staging.example.com", requests=5439, deciding=deciding)
    return Report.of(facts, fold(lines, rules), complete=True)


def kills() -> dict[str, Any]:
    """Return the report of a kill run: of 90 mutants one in five survives."""
    mutants: list[dict[str, Any]] = [
        {
            **{"id": f"{rule.id}/cached-{'x' * (number % 50)}", "breaks": [rule.id], "failed_rules": [rule.id]},
            **{"outcome": "killed" if number % 5 else "survived", "passed_rules": []},
            **{"reasons": ["needs an org of its own"], "noticed_by": ["test_events_pages.py::test_limit"]},
        }
        for number, rule in enumerate(islice(catalogue.load().testable(), 90))
    ]
    operators = {"bound": {"tried": 78, "killed": 70}}
    return {
        **{"mutants": mutants, "totals": {"killed": 72, "survived": 18}, "complete": True},
        **{"without_control": False, "operators": operators},
    }


@pytest.fixture
def opened(browser: Any, folder: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page that the test names, with what it asks for, in ``asked``, and what goes wrong, in ``wrong``."""
    name, width, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme)
    page.asked, page.wrong = [], []
    page.on("request", lambda sent: page.asked.append(sent.url))
    page.on("dialog", lambda dialog: page.wrong.append(dialog.message))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda message: page.wrong.append(message.text))
    page.goto((folder / f"{name}.html").as_uri())
    yield page
    page.close()


ALL_PAGES = [(name, width, scheme) for name in PAGES for width in SIZES for scheme in SCHEMES]


@pytest.mark.parametrize("opened", ALL_PAGES, indirect=True, ids=str)
def test_a_page_fits_asks_for_nothing_and_runs_nothing_of_a_target(opened: Any) -> None:
    opened.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    sizes = opened.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert sizes[0] <= sizes[1]
    overflowing = (
        "[...document.querySelectorAll('pre, td, dd, .squares')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    )
    assert opened.evaluate(f"{overflowing}.map(e => e.outerHTML.slice(0, 200))") == []
    assert [url for url in opened.asked if not url.startswith("file:")] == []
    assert len(opened.asked) == 1
    assert opened.wrong == []


@pytest.mark.parametrize("opened", ALL_PAGES, indirect=True, ids=str)
def test_axe_finds_nothing_serious(opened: Any, axe: str) -> None:
    opened.evaluate(axe)
    opened.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    rules = "{rules: {'target-size': {enabled: true}}, resultTypes: ['violations']}"
    found = opened.evaluate(f"axe.run(document, {rules}).then(found => found.violations)")
    serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize("opened", [("failing", width, "light") for width in SIZES], indirect=True, ids=str)
def test_the_first_failure_is_on_the_first_screen(opened: Any) -> None:
    for part in ("h3", ".expected"):
        box = opened.locator(f".card {part}").first.bounding_box()
        assert box["y"] + box["height"] < opened.viewport_size["height"]


@pytest.mark.parametrize("opened", [("staging", 1280, "light")], indirect=True, ids=str)
def test_rules_are_filtered_by_verdict_family_strength_and_text(opened: Any) -> None:
    shown = opened.locator("li[data-id]:visible")
    assert shown.count() == 0
    opened.locator("[name=text]").fill("Cursor list")
    texts = shown.all_text_contents()
    assert texts
    assert all("cursor" in text.lower() and "list" in text.lower() for text in texts)
    assert opened.locator("output").text_content() == f"{len(texts)} of 90"
    assert opened.locator("a.square:not(.left-out)").count() == len(texts)
    opened.locator("[name=text]").fill("")
    opened.locator("[name=strength]").select_option("stated")
    opened.locator("[name=group]").select_option("Alert rules")
    opened.locator(".chip", has_text="untested").click()
    rows = shown.evaluate_all("all => all.map(one => [one.dataset.state, one.dataset.group, one.dataset.strength])")
    assert rows
    assert {(group, strength) for _, group, strength in rows} == {("Alert rules", "stated")}
    assert "untested" not in {state for state, _, _ in rows}


@pytest.mark.parametrize("opened", [("staging", 390, "dark")], indirect=True, ids=str)
def test_a_square_opens_what_it_leads_to(opened: Any) -> None:
    for state in ("remark", "partial"):
        square = opened.locator(f"a.square.{state}").first
        square.focus()
        opened.keyboard.press("Enter")
        target = opened.locator(f'[id="{square.get_attribute("href")[1:]}"]')
        target.wait_for(state="visible", timeout=2000)
        assert 0 <= target.bounding_box()["y"] < opened.viewport_size["height"]


@pytest.mark.parametrize("opened", [(name, 1280, "light") for name in ("clean", "failing")], indirect=True, ids=str)
def test_a_page_prints_on_few_pages(opened: Any) -> None:
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", opened.pdf(format="A4"))) <= 6
