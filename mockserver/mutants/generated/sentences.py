"""Which rules say something of an operation and a field: what a generated mutant breaks."""

import tomllib
from functools import cache
from typing import Any

from mockserver import resources

#: What a rule can be about beside fields: the caller's role, the org and the sites that it reaches, its credential.
ROLE, ORG, SITES, CREDENTIAL = "caller.role", "caller.org", "caller.sites", "caller.credential"
#: The error code of a refusal, and what kind of content an answer says to have.
ERROR, CONTENT_TYPE = "error", "answer.content_type"


def about(operation: str, *fields: str) -> tuple[str, ...]:
    """Return the ids of the documented rules that name the operation and one of the fields; any field, without fields.

    A rule that names fields and no operation is about those fields of every operation.
    """
    return tuple(
        rule["id"]
        for rule in _documented()
        if (operation in rule["operations"] or (fields and not rule["operations"]))
        and (not fields or not {*fields}.isdisjoint(rule.get("fields", ())))
    )


def by_rule() -> dict[str, str]:
    """Return what every rule says, by its id."""
    return {
        rule["id"]: rule["says"] for name, content in _files().items() if name != "untested" for rule in content["rule"]
    }


@cache
def _documented() -> list[dict[str, Any]]:
    """Return the rules that stand on a page and have a check."""
    files = _files()
    untested = {rule["id"] for rule in files.pop("untested")["rule"]}
    rules = [rule for name, content in files.items() if name != "sdk" for rule in content["rule"]]
    about_api = (rule for rule in rules if "sdk" not in rule["needs"])
    return [rule for rule in about_api if rule["strength"] != "assumed" and rule["id"] not in untested]


def _files() -> dict[str, dict[str, Any]]:
    folder = resources.path("spec", "rules")
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
