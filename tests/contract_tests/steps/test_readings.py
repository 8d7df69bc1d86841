"""Every operation that a page tells of is read, or changes something, again and again."""

from contract_tests import catalogue
from contract_tests.rules import test_answers, test_changes

#: What a webhook sends tells of the one, and a rule about the SDK of the other.
ELSEWHERE = {"rotateWebhookSecret", "getOpenapiYaml"}


def test_every_operation_of_a_documented_rule_is_repeated() -> None:
    rules = [rule for rule in catalogue.load().testable() if rule.strength != "assumed"]
    documented = {operation for rule in rules for operation in rule.operations}
    changed = {operation for rules in test_changes._RULES.values() for operation in rules}
    assert documented - {*test_answers._ANSWERS} - changed == ELSEWHERE


def test_the_rule_that_an_operation_is_repeated_for_is_about_it() -> None:
    known = catalogue.load().rules
    tables = (test_answers._ANSWERS, test_answers._GRANTED, test_answers._FOR_HIGHER_ROLES)
    named = [row for table in (*tables, *test_changes._RULES.values()) for row in table.items()]
    assert [row for row in named if row[0] not in known[row[1]].operations] == []
