"""The kill rates, as they are written for readers."""

import re
import runpy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: The script, which is no part of what is installed.
KILL_RATES = runpy.run_path(str(ROOT / "benchmarks" / "kill_rates.py"))


def report(*, without_control: bool, **totals: int) -> dict[str, Any]:
    rows = [
        {"outcome": "killed", "reasons": ["needs luck"]},
        {"outcome": "survived", "reasons": ["needs a moon", "needs a sun"]},
        {"outcome": "killed_by_other", "reasons": ["needs a moon"]},
        {"outcome": "error", "reasons": ["TargetError: req_1"]},
    ]
    known = {"killed": 0, "killed_by_other": 0, "survived": 0, "error": 0}
    return {"totals": known | totals, "without_control": without_control, "mutants": rows if without_control else []}


def test_each_rate_is_a_row_and_what_was_missing_is_counted() -> None:
    home = report(without_control=False, killed=2000)
    text = "\n".join(KILL_RATES["lines"]([home, report(without_control=True, killed=899, survived=90, error=11)]))
    assert "| `novavms-contract kill` | 2000 | 2000 | 0 | 0 | 0 | 100.0 % |" in text
    assert "| `novavms-contract kill --without-control` | 1000 | 899 | 0 | 90 | 11 | 89.9 % |" in text
    listed = text.partition("how many:\n\n")[2].splitlines()
    assert listed[0] == "- needs a moon (2)"
    assert sorted(listed[1:]) == ["- needs a sun (1)", "- the suite could not read what every check starts from (1)"]


def test_generated_mutants_are_counted_by_operator() -> None:
    found = report(without_control=False, killed=3, survived=1)
    found |= {"operators": {"later": {"tried": 4, "killed": 3, "survived": 1}}}
    found |= {"undocumented": {"listEvents/later:x": "no sentence", "listEvents/never": "no sentence"}}
    found["mutants"] = [{"id": "getEvent/later:y", "outcome": "survived", "reasons": []}]
    text = "\n".join(KILL_RATES["lines"]([found]))
    assert "- `getEvent/later:y`: survived" in text
    assert "| `novavms-contract kill --generated` | 4 | 3 | 0 | 1 | 0 | 75.0 % |" in text
    assert "| later | 5 | 1 | 4 | 3 | 75.0 % |" in text
    assert "| never | 1 | 1 | 0 | 0 | - |" in text


def test_the_page_has_the_rates_that_were_written() -> None:
    written = (ROOT / "benchmarks" / "results" / "kill_rates.md").read_text(encoding="utf-8")
    page = " ".join((ROOT / "docs" / "explanation" / "kill-rates.md").read_text(encoding="utf-8").split())
    for option in ("--without-control", "--generated"):
        (total, killed, percent) = re.findall(rf"{option}` \| (\d+) \| (\d+) .* \| ([\d.]+ %) \|", written)[0]
        assert f"{killed} of {total} ({percent})" in page


def test_the_status_of_each_mutant_is_written() -> None:
    rows = [
        {"id": "A/x", "outcome": "killed", "reasons": []},
        {"id": "A/y", "outcome": "survived", "reasons": ["moon"]},
    ]
    home, abroad = report(without_control=False), report(without_control=True)
    home["mutants"], abroad["mutants"] = [rows[0], {**rows[1], "outcome": "killed"}], [rows[1]]
    generated = {**report(without_control=False), "operators": {}, "mutants": [{**rows[0], "id": "listEvents/never"}]}
    text = KILL_RATES["status"]([home, abroad, generated])
    assert text == "mutant,home,staging,why\nA/x,killed,,\nA/y,killed,survived,moon\n"


def test_a_report_on_the_sdk_is_named_as_such() -> None:
    found = report(without_control=False, killed=1)
    found["mutants"] = [{"id": "SDK-21/never", "outcome": "killed", "breaks": ["SDK-21"], "reasons": []}]
    text = "\n".join(KILL_RATES["lines"]([found]))
    assert "| `novavms-contract sdk --kill sdk/mutants` | 1 | 1 |" in text
