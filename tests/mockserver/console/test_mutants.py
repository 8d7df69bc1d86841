"""The page of mutants: they are found, and switched on and off by a restart, which is said."""

from tests.harness import Running, running
from tests.mockserver.console.pages import MARKUP, page, send

PATH = "/console/mutants"


def test_a_mutant_is_found_by_words_of_its_rules(shared: Running) -> None:
    found = page(shared, f"{PATH}?text=pairing+GW-17/five")
    assert "Mutants: 1" in found.text
    assert "GW-17/five" in found.attributes("button", "value")
    assert "restarts the mock" in found.text
    assert "No mutant has these words." in page(shared, f"{PATH}?text=nothingofthekind").text
    assert not page(shared, PATH, params={"text": MARKUP}).planted
    assert page(shared, f"{PATH}?after=none", 400).text


def test_all_of_them_are_read_page_by_page(shared: Running) -> None:
    first = page(shared, PATH)
    ids = first.attributes("button", "value")
    assert len(ids) == 50
    following = page(shared, next(link for link in first.attributes("a", "href") if "after=" in link)[len("/_mock") :])
    assert not set(ids) & set(following.attributes("button", "value"))
    assert len(first.answer.content) < 200_000


def test_mutants_are_switched_on_and_off_one_by_one() -> None:
    with running(strict_responses=False) as mock:
        isolated_org = mock.org()
        shown = send(mock, PATH, on="GW-17/five")
        assert "The mock was restarted." in shown.text
        assert "--rules GW-17" in shown.text
        assert mock.control("GET", "/mutants")["ids"] == ["GW-17/five"]
        assert isolated_org.owner.get("/api/v1/events").status_code == 401, "it begins again"
        send(mock, PATH, on="EV-26/default-10")
        assert mock.control("GET", "/mutants")["ids"] == ["GW-17/five", "EV-26/default-10"]
        assert "Active: 2" in page(mock, f"{PATH}?text=GW-17/five").text
        send(mock, PATH, off="GW-17/five")
        assert mock.control("GET", "/mutants")["ids"] == ["EV-26/default-10"]
        send(mock, PATH, none="true")
        assert mock.control("GET", "/mutants")["ids"] == []


def test_an_unknown_mutant_is_said(shared: Running) -> None:
    assert "no such mutant" in send(shared, PATH, 400, on="none/such").text
