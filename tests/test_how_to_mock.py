"""The commands of the pages about faults and the journal print what the pages say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.harness import running

FOLDER = Path(__file__).parents[1] / "docs" / "how-to"
#: A block of commands, and the block of their output.
STEPS = re.compile(r"^```sh\n(.+?)\n```\n```text\n(.*?)\n```$", flags=re.M | re.S)
OPTIONS = "curl -sS --fail-with-body"


@pytest.mark.parametrize("page", ["faults.md", "request-journal.md"])
def test_commands_of_a_page_print_what_it_says(page: str) -> None:
    for tool in ("bash", "curl", "jq"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    text = (FOLDER / page).read_text(encoding="utf-8")
    steps = STEPS.findall(text)
    assert len(steps) == text.count("```sh\n") >= 4
    with running(fixture="acme") as mock:
        for commands, output in steps:
            here = commands.replace("http://127.0.0.1:8080", mock.base_url)
            quiet = re.sub(r"\bcurl (?=.*-w )", "curl -sS ", here)
            quiet = re.sub(r"\bcurl (?!-sS )", f"{OPTIONS} ", quiet)
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", quiet], capture_output=True, text=True, timeout=30, check=False
            )
            assert done.stdout.rstrip("\n") == output, (commands, done.stderr)
