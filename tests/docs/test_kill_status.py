"""The pages about the rules say which mutants the kill runs have killed, at home and abroad, as the figures do."""

import csv
import re
from collections import Counter
from dataclasses import replace

from contract_tests import catalogue
from contract_tests.mutation import kill
from contract_tests.plan import Mutant
from docs_tools import kill_status, rule_pages, site
from docs_tools.kill_status import KillStatus

RULES = catalogue.load().rules
KNOWN = [Mutant("EV-12/ignored", ("EV-12",)), Mutant("AL-01/cached", ("AL-01",)), Mutant("EV-12/new", ("EV-12",))]


def test_a_rule_has_its_mutants_and_what_became_of_them() -> None:
    status = KillStatus(KNOWN)
    assert status.mutants(RULES["EV-12"]) == ["EV-12/ignored", "EV-12/new"]
    assert status.at_home(RULES["EV-12"]) == "1 of 1; 1 of them are newer than the figures"
    assert status.abroad(RULES["AL-01"]) == "0 of 1; `AL-01/cached`: survived (needs an org of its own)"
    assert status.counts([RULES["EV-12"], RULES["AL-01"]]) == ("2 of 2", "1 of 2")


def test_a_rule_that_does_not_decide_abroad_is_not_counted_there() -> None:
    of_a_decision = [replace(KNOWN[0], breaks=("AS-01",))]
    assert RULES["AS-01"].strength == "assumed"
    assert KillStatus(of_a_decision).abroad(RULES["AS-01"]) == ""


def test_every_mutant_that_can_be_noticed_abroad_was_tried() -> None:
    with kill_status.RESULTS.open(encoding="utf-8", newline="") as lines:
        tried = {row["mutant"] for row in csv.DictReader(lines) if row["staging"]}
    known = {mutant.id for mutant in kill.of_stated_rules(rule_pages.mock_mutants())}
    assert len(known - tried) <= len(known) / 20, "python -m benchmarks.kill_rates measures them again"


def test_the_status_is_that_of_the_published_rates() -> None:
    written = (site.ROOT / "benchmarks" / "results" / "kill_rates.md").read_text(encoding="utf-8")
    with kill_status.RESULTS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for place, commands in (("home", r"kill|sdk --kill sdk/mutants"), ("staging", "kill --without-control")):
        rates = re.findall(rf"^\| `novavms-contract (?:{commands})` \| (\d+) \| (\d+) ", written, flags=re.M)
        counts = Counter(row[place] for row in rows if row[place])
        assert counts.total() == sum(int(total) for total, _ in rates)
        assert counts["killed"] == sum(int(killed) for _, killed in rates)
    assert all(row["why"] for row in rows if row["staging"] not in ("", "killed"))
