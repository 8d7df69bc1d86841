"""Which generated mutants count, which rules may notice each, and how a sample is drawn."""

from collections import Counter
from pathlib import Path

import pytest

from contract_tests import catalogue
from contract_tests.commands.options import PROFILES
from contract_tests.mutation import generated, kill
from contract_tests.mutation.results import KILLED, SURVIVED
from contract_tests.plan import Mutant

ROOT = Path(__file__).parents[3]


def test_mutants_that_break_no_sentence_are_listed_with_the_reason() -> None:
    rows = [
        {"id": "listEvents/never:total", "breaks": ["EV-30"], "kind": "never", "operation": "listEvents"},
        {"id": "listEvents/never:colour", "breaks": [], "kind": "never", "operation": "listEvents"},
        {"id": "getOpenapiYaml/later:x", "breaks": ["SYS-01"], "kind": "later", "operation": "getOpenapiYaml"},
    ]
    found = generated.of(rows)
    assert [(mutant.id, mutant.breaks, mutant.kind) for mutant in found.mutants] == [
        ("listEvents/never:total", ("EV-30",), "never")
    ]
    assert {"EV-26", "EV-20"} & {*found.mutants[0].others} == {"EV-26"}  # EV-20 is assumed
    assert "EV-30" not in found.mutants[0].others
    assert [*found.undocumented] == ["listEvents/never:colour", "getOpenapiYaml/later:x"]


def test_every_glob_of_the_uncovered_faults_matches_a_mutant_that_a_rule_names() -> None:
    rows = kill.generated_mutants().undocumented
    assert {*catalogue.uncovered().values()} <= {*rows.values()}


def test_a_sample_has_some_of_every_operator_and_is_repeated_by_its_seed() -> None:
    mutants = [Mutant(f"x/{number}", ("EV-26",), "many" if number else "one") for number in range(100)]
    chosen = generated.sample(mutants, 20, 1)
    assert chosen == generated.sample(mutants, 20, 1) != generated.sample(mutants, 20, 2)
    assert Counter(mutant.kind for mutant in chosen) == {"many": 19, "one": 1}


@pytest.mark.slow
def test_a_sample_of_all_mutants_is_killed_but_for_those_that_are_listed_as_not() -> None:
    listed = (ROOT / "benchmarks" / "results" / "kill_rates.md").read_text(encoding="utf-8")
    chosen = generated.sample(kill.generated_mutants().mutants, 40, seed=0)
    assert {mutant.kind for mutant in chosen} == {mutant.kind for mutant in kill.generated_mutants().mutants}
    found = kill.run(chosen, jobs=2, seed=0, examples=PROFILES["gate"].examples)
    assert [one.id for one in found if one.outcome != KILLED and f"- `{one.id}`: " not in listed] == []


def test_outcomes_are_counted_by_operator() -> None:
    mutants = [Mutant(name, ("EV-26",), kind) for name, kind in (("a", "later"), ("b", "later"), ("c", "never"))]
    assert generated.by_operator(mutants, {"a": KILLED, "b": SURVIVED}) == {
        "later": {"tried": 2, KILLED: 1, SURVIVED: 1}
    }
