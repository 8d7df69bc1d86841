"""The commands and the code that docs/how-to/addresses.md shows work as it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.process import COMMAND, serve

GUIDE = (Path(__file__).parents[1] / "docs" / "how-to" / "addresses.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```sh\n(.+?)```", GUIDE, flags=re.M | re.S) for line in block.splitlines()]
CODE = re.findall(r"^```python\n(.+?)```", GUIDE, flags=re.M | re.S)


def test_https_as_shown(tmp_path: Path) -> None:
    assert "novavms-mock serve --tls --port 0 --ready-file ready.json" in COMMANDS
    with serve(tmp_path, "--tls") as served:
        assert served.ready["ca_file"] == str(tmp_path / "ready.ca.pem")
        done = subprocess.run([sys.executable, "-c", CODE[0]], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert done.stdout == "{'status': 'ok'}\n"
        env = {**os.environ, "SSL_CERT_FILE": served.ready["ca_file"]}
        simulate = [*COMMAND, "simulate", "--gateways", "1", "--seconds", "0.2", "--json", served.ready["base_url"]]
        done = subprocess.run(simulate, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        env["SSL_CERT_FILE"] = "missing.pem"
        done = subprocess.run(simulate, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "'missing.pem' cannot be used: No such file" in done.stderr


def test_a_unix_socket_as_shown(tmp_path: Path) -> None:
    assert "novavms-mock serve --uds mock.sock --ready-file ready.json" in COMMANDS
    curl = next(line for line in COMMANDS if line.startswith("curl "))
    with serve(tmp_path, "--uds", str(tmp_path / "mock.sock"), port=False) as served:
        assert served.ready["unix_socket"] == str(tmp_path / "mock.sock")
        done = subprocess.run([*curl.split(), "-sS"], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert done.stdout == '{"status":"ok"}'
