"""The pages about the rules, one a family: sentence, source, strength, operations, checks and mutants of each."""

import ast
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import contract_tests.rules
from contract_tests import catalogue
from contract_tests.catalogue import Rule
from docs_tools.markdown import table
from mockserver import mutants


def pages() -> dict[str, str]:
    """Return the page of each family, and one that lists them, by their paths on the site."""
    rules = catalogue.load().rules.values()
    families: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        families[rule.family].append(rule)
    checked_by, patches = _checks_by_rule(), _mutants_by_rule()
    found = {path(family): _page(family, own, checked_by, patches) for family, own in families.items()}
    return {"reference/rules/index.md": _index(families), **found}


def path(family: str) -> str:
    """Return the path of the page of a family."""
    return f"reference/rules/{re.sub(r'[^a-z0-9]+', '-', family.lower())}.md"


def _index(families: Mapping[str, Sequence[Rule]]) -> str:
    rows = [
        (f"[{family}]({Path(path(family)).name})", len(own), sum(one.strength == "stated" for one in own))
        for family, own in families.items()
    ]
    return (
        "# Rules\n\nEvery sentence of the documentation that demands something is a rule. What its strength means: "
        "[Stated, derived, assumed](../../explanation/strengths.md). Every mutant is noticed by a check of its rule; "
        "what of them a run on a staging server notices: [kill rates](../../explanation/kill-rates.md).\n\n"
        + table(("Family", "Rules", "Stated"), rows)
    )


def _page(
    family: str, rules: Sequence[Rule], checked_by: Mapping[str, Sequence[str]], patches: Mapping[str, Sequence[str]]
) -> str:
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
            ("Mutants", _codes(patches.get(rule.id, ()))),
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


def _mutants_by_rule() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for mutant in mutants.known().values():
        for rule in mutant.breaks:
            found[rule].append(mutant.id)
    return found
