"""The commands of the pages about webhooks and gateways, typed into one shell, print what the pages say."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import running

FOLDER = Path(__file__).parents[1] / "docs" / "how-to"
#: A block of commands, and the block of its output if it has one.
BLOCK = re.compile(r"^```sh\n(.+?)\n```(?:\n\n```text\n(.+?)\n```)?$", flags=re.M | re.S)
END = "---- end of a block ----"
SHOWN, RECEIVER = "http://127.0.0.1:8080", "3000"
#: A person types slowly: the receiver listens before the next command.
LISTENING = "until (echo > /dev/tcp/127.0.0.1/{port}) 2> /dev/null; do sleep 0.1; done"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("page", ["webhooks.md", "gateways.md"])
def test_commands_of_a_page_print_what_it_says(page: str, tmp_path: Path) -> None:
    if missing := [tool for tool in ("bash", "curl", "jq", "openssl", "python3") if shutil.which(tool) is None]:
        pytest.skip(f"{missing[0]} is not installed")
    port = str(free_port())
    text = (FOLDER / page).read_text(encoding="utf-8").replace(RECEIVER, port)
    blocks = [(commands, output) for commands, output in BLOCK.findall(text) if not commands.startswith("novavms-mock")]
    assert len(blocks) >= 2
    with running(fixture="acme") as mock:
        typed = "\n".join(f"{commands}\necho '{END}'" for commands, _ in blocks).replace(SHOWN, mock.base_url)
        typed = re.sub(r"^(python3 .* &)$", rf"\1\n{LISTENING.format(port=port)}", typed, flags=re.M)
        typed = re.sub(r"\bcurl ", "curl -sS ", typed).replace("python3 ", f"{sys.executable} ")
        done = subprocess.run(
            ["bash", "-c", typed], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    printed = [part.strip("\n") for part in done.stdout.split(f"{END}\n")]
    assert printed == [*(output for _, output in blocks), ""], done.stderr
