"""A run that samples leaves out checks of rules that do not decide, and nothing else."""

from types import SimpleNamespace
from typing import Any

from contract_tests.expectations import Finding
from contract_tests.plan import Plan
from contract_tests.processes.sampling import Sampling
from contract_tests.verdicts import Verdict

RULES = ("EV-26", "EV-27", "GEN-01", "GEN-02")
RULES_BY_CHECK: dict[str, tuple[str, ...]] = {
    "deciding": ("EV-26", "GEN-01"),
    **{f"of one rule {number}": ("GEN-01",) for number in range(5)},
    "of two rules": ("GEN-01", "GEN-02"),
}


def check(name: str) -> Any:
    return SimpleNamespace(nodeid=name)


def sampling(checks_per_rule: int | None, seed: int = 0) -> Sampling:
    plan = Plan(RULES, deciding=("EV-26", "EV-27"), checks_per_rule=checks_per_rule, seed=seed)
    return Sampling(plan, lambda item: RULES_BY_CHECK[item.nodeid])


def finding(rule: str, verdict: Verdict = Verdict.PASS) -> Finding:
    return Finding(rule, verdict)


def names(found: list[Any]) -> list[str]:
    return [item.nodeid for item in found]


def test_a_check_is_left_out_once_enough_have_decided_its_rules() -> None:
    sampled = sampling(2)
    for _ in range(2):
        assert not sampled.leaves_out(check("of one rule 0"))
        sampled.count([finding("GEN-01"), finding("GEN-01", Verdict.FAIL)])
    assert sampled.leaves_out(check("of one rule 0"))
    assert not sampled.leaves_out(check("of two rules"))


def test_a_check_that_decided_nothing_does_not_count() -> None:
    sampled = sampling(1)
    sampled.count([finding("GEN-01", verdict) for verdict in (Verdict.DISABLED, Verdict.NOT_REACHED, Verdict.ERROR)])
    assert not sampled.leaves_out(check("of one rule 0"))


def test_a_check_of_a_rule_that_decides_is_never_left_out() -> None:
    sampled = sampling(1)
    for _ in range(300):
        sampled.count([finding("EV-26"), finding("GEN-01")])
    assert not sampled.leaves_out(check("deciding"))


def test_a_run_that_does_not_sample_leaves_out_nothing_and_keeps_the_order() -> None:
    unsampled = sampling(None)
    unsampled.count([finding("GEN-01"), finding("GEN-02")])
    assert not any(unsampled.leaves_out(check(name)) for name in RULES_BY_CHECK)
    assert names(unsampled.in_order([check(name) for name in RULES_BY_CHECK])) == [*RULES_BY_CHECK]


def test_checks_that_decide_come_first_and_the_seed_orders_the_others() -> None:
    items = [check(name) for name in reversed(RULES_BY_CHECK)]
    orders = [names(sampling(2, seed).in_order(items)) for seed in range(4)]
    assert {order[0] for order in orders} == {"deciding"}
    assert len({tuple(order) for order in orders}) > 1
    assert names(sampling(2, 3).in_order(items)) == orders[3]


def test_a_rule_that_was_not_asked_for_is_not_counted() -> None:
    sampled = sampling(1)
    sampled.count([finding("AS-01")])
    assert not sampled.leaves_out(check("of one rule 0"))
