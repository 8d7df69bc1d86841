"""The pages about the rules, one a family: sentence, source, strength, operations, checks and mutants of each."""

import ast
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import contract_tests.rules
from contract_tests import catalogue
from contract_tests.catalogue import Rule
from contract_tests.mutation import kill
from contract_tests.plan import Mutant
from docs_tools.kill_status import KillStatus
from docs_tools.markdown import table
from mockserver import mutants

_SDK_MUTANTS = Path(__file__).parents[1] / "sdk" / "mutants"


def pages() -> dict[str, str]:
    """Return the page of each family, and one that lists them, by their paths on the site."""
    rules = catalogue.load().rules.values()
    families: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        families[rule.family].append(rule)
    checked_by, status = _checks_by_rule(), KillStatus([*mock_mutants(), *kill.sdk_mutants(_SDK_MUTANTS)])
    found = {path(family): _page(family, own, checked_by, status) for family, own in families.items()}
    return {"reference/rules/index.md": _index(families, status), **found}


def mock_mutants() -> list[Mutant]:
    """Return the mutants of the mock that were written by hand."""
    return [Mutant(mutant.id, tuple(mutant.breaks)) for mutant in mutants.known().values()]


def path(family: str) -> str:
    """Return the path of the page of a family."""
    return f"reference/rules/{re.sub(r'[^a-z0-9]+', '-', family.lower())}.md"


def _index(families: Mapping[str, Sequence[Rule]], status: KillStatus) -> str:
    rows = [
        (
            f"[{family}]({Path(path(family)).name})",
            len(own),
            sum(one.strength == "stated" for one in own),
            *status.counts(own),
        )
        for family, own in families.items()
    ]
    return (
        "# Rules\n\nEvery sentence of the documentation that demands something is a rule. What its strength means: "
        "[Stated, derived, assumed](../../explanation/strengths.md). A mutant breaks a "
        "rule on purpose, and is killed when a check of the rule fails: at home on our mock, abroad on a mock that is "
        "called as somebody else's staging server is. "
        "[How that is measured](../../explanation/kill-rates.md)\n\n"
        + table(("Family", "Rules", "Stated", "Mutants killed at home", "Killed abroad"), rows)
    )


def _page(family: str, rules: Sequence[Rule], checked_by: Mapping[str, Sequence[str]], status: KillStatus) -> str:
    untested = catalogue.load().untested
    parts = [f"# Rules: {family}\n"]
    for rule in rules:
        reason = f"cannot be checked: {untested[rule.id]}" if rule.id in untested else ""
        rows = [
            ("Source", rule.source),
            ("Strength", rule.strength),
            ("Operations", _codes(rule.operations)),
            ("A check needs", _codes(sorted(rule.needs))),
            ("Checks", reason or _codes(checked_by.get(rule.id, ()))),
            ("Mutants", _codes(status.mutants(rule))),
            ("Killed at home", status.at_home(rule)),
            ("Killed abroad", status.abroad(rule)),
        ]
        facts = "\n".join(f"- **{name}**: {value}" for name, value in rows if value)
        parts.append(f"## {rule.id}\n\n{rule.says}\n\n{facts}\n")
    return "\n".join(parts)


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _checks_by_rule() -> Mapping[str, Sequence[str]]:
    """Return the checks of each rule: functions of the suite that name it, else modules whose tables do."""
    checked_by: dict[str, list[str]] = defaultdict(list)
    modules: dict[str, list[str]] = defaultdict(list)
    for module in sorted(Path(contract_tests.rules.__path__[0]).glob("test_*.py")):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            check = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""
            is_check = check.startswith("test_")
            for rule in _named(node):
                (checked_by if is_check else modules)[rule].append(
                    f"{module.stem}::{check}" if is_check else module.stem
                )
    return {**{rule: sorted(set(named)) for rule, named in modules.items()}, **checked_by}


def _named(statement: ast.stmt) -> set[str]:
    """Return the rules whose ids a statement has as texts."""
    texts = {
        node.value for node in ast.walk(statement) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return texts & catalogue.load().rules.keys()
