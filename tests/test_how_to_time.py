"""The commands that docs/how-to/time.md shows work as it says."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from tests.process import serve

GUIDE = (Path(__file__).parents[1] / "docs" / "how-to" / "time.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^curl .+$", GUIDE, flags=re.M)
(SHOWN,) = re.findall(r"^```json\n(.+?)```", GUIDE, flags=re.M | re.S)


def answer(command: str, base_url: str, org_id: str) -> Any:
    curl = shlex.split(command.replace("http://127.0.0.1:8080", base_url).replace("$ORG", org_id))
    return json.loads(subprocess.run([*curl, "-sS"], check=True, capture_output=True, text=True).stdout)


def test_each_command_is_answered_as_the_guide_says(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        org_id = served.control("POST", "/orgs").json()["org_id"]
        moved, *answers = [answer(command, served.ready["base_url"], org_id) for command in COMMANDS]
    assert moved.keys() == {"now", "frozen"}
    assert {frozenset(one) for one in answers} == {frozenset(json.loads(SHOWN))}
    assert [(one["frozen"], one["own"]) for one in answers] == [
        (False, False), (False, True), (True, True), (True, True), (False, True), (False, False),
    ]  # fmt: skip
    assert answers[3]["now"] == "2040-05-01T00:00:00Z"
    assert answers[-1]["now"] < answers[1]["now"]
