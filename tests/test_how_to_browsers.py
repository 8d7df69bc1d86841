"""The commands that docs/how-to/browsers.md shows work as it says."""

import re
import shlex
import subprocess
from pathlib import Path

from tests.process import serve

GUIDE = (Path(__file__).parents[1] / "docs" / "how-to" / "browsers.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```sh\n(.+?)```", GUIDE, flags=re.M | re.S) for line in block.splitlines()]


def answers(base_url: str) -> list[str]:
    """Return what the mock answers to each curl command, in lower case."""
    curls = [line.replace("http://127.0.0.1:8080", base_url) for line in COMMANDS if line.startswith("curl ")]
    done = [subprocess.run([*shlex.split(curl), "-sS"], check=True, capture_output=True, text=True) for curl in curls]
    return [one.stdout.lower() for one in done]


def test_the_mock_answers_as_its_column_says(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        preflight, events, missing = answers(served.ready["base_url"])
    assert preflight.startswith("http/1.1 204 ")
    assert "allow-headers: authorization,content-type\n" in preflight
    assert "allow-private-network: true" in preflight
    for answer in (preflight, events, missing):
        assert "access-control-allow-origin: http://localhost:5173\n" in answer
        assert "vary: origin" in answer
        assert "allow-credentials" not in answer
    assert "x-request-id, " in events


def test_other_origins_are_named(tmp_path: Path) -> None:
    (shown,) = (shlex.split(line)[2:] for line in COMMANDS if line.startswith("novavms-mock serve "))
    with serve(tmp_path, *shown) as served:
        for origin, status in (
            ("https://app.example.com", 204),
            ("http://localhost:1", 204),
            ("https://a.example", 403),
        ):
            sent = {"Origin": origin, "Access-Control-Request-Method": "GET"}
            assert served.request("OPTIONS", "/api/v1/events", headers=sent).status_code == status
