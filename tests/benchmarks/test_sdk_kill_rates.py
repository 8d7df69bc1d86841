"""The kill rates of generated mutants of the SDK, as they are written for readers."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The script, which is no part of what is installed.
KILL_RATES = runpy.run_path(str(ROOT / "benchmarks" / "sdk_kill_rates.py"))


def test_mutants_are_counted_by_operator_and_by_whether_a_stated_rule_noticed() -> None:
    rows = [
        {"id": "SDK-20/timeout:a", "outcome": "killed", "failed_rules": ["SDK-20"]},
        {"id": "SDK-25/times:a", "outcome": "killed", "failed_rules": ["SDK-25"]},
        {"id": "SDK-25/times:b", "outcome": "survived", "failed_rules": []},
    ]
    report = {"mutants": rows, "undocumented": {"SDK/repr:shows-the-key": "no page says so"}}
    known = [row["id"] for row in rows] + ["SDK-15/key:a", "SDK-15/key:b", "SDK-21/times:c"]
    text = "\n".join(KILL_RATES["lines"]([{**report, "mutants": [{**rows[2], "id": "SDK-1/gone:x"}]}, report], known))
    assert "6 are generated, 3 were tried, 2 of these killed (66.6 %),\n1 by a stated rule." in text
    assert "| times | 3 | 2 | 1 | 0 | 50.0 % |" in text
    assert "| timeout | 1 | 1 | 1 | 1 | 100.0 % |" in text
    assert "| key | 2 | 0 | 0 | 0 | - |" in text
    assert "Not killed:\n\n- `SDK-25/times:b`" in text
    assert "- `repr:shows-the-key`: no page says so" in text


def test_the_page_has_the_rate_that_was_written() -> None:
    written = (ROOT / "benchmarks" / "results" / "sdk_kill_rates.md").read_text(encoding="utf-8")
    (figures,) = re.findall(r"(\d+) are generated, (\d+) were tried, (\d+) of these killed \(([\d.]+ %)\)", written)
    page = " ".join((ROOT / "docs" / "how-to" / "checking-an-sdk.md").read_text(encoding="utf-8").split())
    assert "{2} of {1} ({3})".format(*figures) in page
