"""What docs/how-to/console.md shows works."""

import re
import subprocess
from pathlib import Path

from tests.harness import Running

GUIDE = Path(__file__).parents[1] / "docs" / "how-to" / "console.md"


def test_the_commands_answer(shared: Running) -> None:
    for block in re.findall(r"```sh\n(.+?)```", GUIDE.read_text(encoding="utf-8"), flags=re.S):
        command = block.replace("http://127.0.0.1:8080", shared.base_url)
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=60)
        assert "<h1>" in done.stdout
