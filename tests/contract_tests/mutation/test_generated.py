"""Which generated mutants count, which rules may notice each, and how a sample is drawn."""

from collections import Counter

from contract_tests import catalogue
from contract_tests.mutation import generated, kill
from contract_tests.mutation.worker import KILLED, SURVIVED
from contract_tests.plan import Mutant


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


def test_outcomes_are_counted_by_operator() -> None:
    mutants = [Mutant(name, ("EV-26",), kind) for name, kind in (("a", "later"), ("b", "later"), ("c", "never"))]
    assert generated.by_operator(mutants, {"a": KILLED, "b": SURVIVED}) == {
        "later": {"tried": 2, KILLED: 1, SURVIVED: 1}
    }
