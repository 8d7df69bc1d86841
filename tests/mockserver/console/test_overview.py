"""The first page: health, clock, orgs."""

import pytest

from mockserver import __version__
from tests.harness import Running
from tests.mockserver.console.pages import MARKUP, page, send
from tests.mockserver.http.steps import instant


def test_it_says_how_the_mock_is(isolated: Running) -> None:
    text = page(isolated, "/").text
    assert f"Version {__version__}" in text
    assert "Store memory" in text
    assert "Active mutants none" in text


def test_it_lists_the_orgs_and_their_gateways(isolated: Running) -> None:
    org = isolated.org(name="Run 42")
    sizes = [len(org.described[name]) for name in ("sites", "cameras", "gateways")]
    assert f"Run 42 {' '.join(map(str, sizes))}" in page(isolated, "/").text
    assert org.id in page(isolated, "/").text


@pytest.mark.parametrize(("seconds", "at_least"), [("60", 60), ("600", 600), ("1.5", 1.5)])
def test_the_clock_moves_forward(isolated: Running, seconds: str, at_least: float) -> None:
    isolated.control("POST", "/clock", json={"freeze": True})
    before = instant(isolated.control("GET", "/clock")["now"])
    shown = send(isolated, "/console/clock", advance=seconds)
    now = isolated.control("GET", "/clock")["now"]
    assert (instant(now) - before).total_seconds() == at_least
    assert now in shown.attributes("time", "data-now")


def test_the_clock_stops_and_runs(isolated: Running) -> None:
    stopped = send(isolated, "/console/clock", freeze="true")
    assert isolated.control("GET", "/clock")["frozen"] is True
    assert "stopped" in stopped.text
    assert "data-frozen" in dict(next(given for tag, given in stopped.tags if "data-now" in given))
    assert "running" in send(isolated, "/console/clock", freeze="false").text


@pytest.mark.parametrize("sent", ["", "ten", "-1", "1e999", "nan", "99999999999"])
def test_what_cannot_be_done_is_said_beside_the_form(shared: Running, sent: str) -> None:
    before = shared.control("GET", "/clock")["now"]
    refused = send(shared, "/console/clock", 400, advance=sent)
    assert "advance" in refused.text
    assert ("div", {"class": "error", "role": "alert"}) in refused.tags
    later = instant(shared.control("GET", "/clock")["now"]) - instant(before)
    assert later.total_seconds() < 60


def test_markup_in_names_is_text(isolated: Running) -> None:
    isolated.org(name=MARKUP)
    found = page(isolated, "/")
    assert " ".join(MARKUP.split()) in found.text
    assert not found.planted
