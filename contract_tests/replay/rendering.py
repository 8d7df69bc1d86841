"""A script for ``sh`` that makes the calls of a failed check again and says whether the violation repeats."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests.output.texts import visible

DEFAULT_ADDRESS = "http://127.0.0.1:8080"
_MODULES = ("matching.py", "player.py")
#: What a module has that is part of a script whose other modules precede it.
_OWN_LINES = re.compile(r"^(?:from __future__|from contract_tests).*\n", re.MULTILINE)
_HEADER = """#!/bin/sh
# {rule}: {says}
# expected: {expected}
# actual:   {actual}
# check:    {test}
#
# Makes the {count} calls of the check again, and removes what they create.{forgotten}
# Exit code: 1 the violation repeats, 0 it does not, 2 the calls could not be made.
# Needs python3{websockets}.
# Environment: {environment}
export BASE_URL="${{BASE_URL:-{address}}}" CONTROL_URL="${{CONTROL_URL:-${{BASE_URL:-{address}}}/_mock}}"
exec "${{PYTHON:-python3}}" - "$@" <<'PYTHON_ENDS_HERE'
"""
#: The calls come first, as people read them.
_DATA = """from __future__ import annotations

# One call and its answer a line. What stands in {{{{}}}} differs each time: VALUES says what it is.
STEPS = r'''
{steps}
'''
VALUES = r'''{values}'''
HEADERS = r'''{headers}'''
UNDO = r'''{undo}'''

"""
_CALL = """

CALLS = [json.loads(line) for line in STEPS.split("\\n") if line]
sys.exit(main(json.loads(VALUES), CALLS, json.loads(UNDO), json.loads(HEADERS), {expected!r}, {actual!r}))
PYTHON_ENDS_HERE
# repeat: {repeat}
"""
_COLLECTION = re.compile(r"/api/v1/[\w-]+")
JSON = Mapping[str, Any]


def render(facts: Mapping[str, str], replay: JSON, address: str | None) -> str:
    """Return the script.

    ``facts`` are rule, says, expected, actual, test and repeat; ``replay`` is what ``templates.built`` returns, and
    ``address`` that of the target.
    """
    steps = [json.loads(line) for line in replay["steps"]]
    one_line = {name: visible(" ".join(text.split())) for name, text in facts.items()}
    variables = sorted({about["env"] for about in replay["values"].values() if "env" in about})
    header = _HEADER.format(
        **one_line,
        count=len(steps),
        forgotten=f" The first {replay['forgotten']} are left out." if replay.get("forgotten") else "",
        websockets=" and its package websockets" if any(step["channel"] == "socket" for step in steps) else "",
        environment=", ".join(["BASE_URL", "CONTROL_URL", "PYTHON", *variables]),
        address=shlex.quote(address or DEFAULT_ADDRESS),
    )
    texts = {"values": replay["values"], "headers": replay.get("headers", {}), "undo": [*_undo(steps)]}
    quoted = {name: _quoted(value) for name, value in texts.items()}
    data = _DATA.format(steps="\n".join(map(_quoted, steps)), **quoted)
    modules = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _MODULES)
    return header + data + "".join(_OWN_LINES.sub("", each) for each in modules) + _CALL.format(**one_line)


def _quoted(value: Any) -> str:
    """Return JSON that stands in a raw string of Python."""
    return json.dumps(value).replace("'", "\\u0027")


def _undo(steps: Sequence[JSON]) -> Iterator[Sequence[Any]]:
    """Yield the calls that remove what the steps create: channel, method, path, headers, body."""
    if any(step["path"] == "/clock" and "freeze" in (step.get("body") or "") for step in steps):
        yield "control", "POST", "/clock", {"content-type": "application/json"}, '{"freeze": false}'
    owned = False
    for step in reversed(steps):
        created = step.get("answer", {}).get("json")
        created = created if isinstance(created, dict) and step["status"] == 201 else {}
        if step["channel"] == "control" and step["path"] == "/orgs" and "org_id" in created:
            owned = True
            yield "control", "DELETE", f"/orgs/{created['org_id']}", {}, None
        found = _COLLECTION.match(step["path"])
        if step["channel"] == "api" and step["method"] == "POST" and found and "id" in created and not owned:
            yield "api", "DELETE", f"{found[0]}/{created['id']}", step.get("headers", {}), None
