"""A run writes a script for a failure, which says of the same mock that it repeats and of a correct one that not."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from contract_tests.processes.mock_process import packaged_mock
from contract_tests.replay import rendering, templates
from contract_tests.replay.steps import API, CONTROL, Step
from tests.contract_tests import live

#: With a clock that jumps, a socket, its end, a password that means something, secrets, times in a query, and a list.
MUTANTS = {
    "RU-03": "RU-03/no-total",
    "GW-05": "GW-05/clock-stops",
    "AS-44": "AS-44/stays-online",
    "AS-112": "AS-112/online",
    "AUTH-04": "AUTH-04/255",
    "EV-83": "EV-83/date_to-ignored",
    "SITE-10": "SITE-10/rules-count",
    "USR-18": "USR-18/any-number",
}


def exit_code(file: Path, address: str) -> int:
    variables = {**os.environ, "BASE_URL": address, "PYTHON": sys.executable}
    run = subprocess.run(["sh", str(file)], env=variables, capture_output=True, text=True, check=False)
    assert ("DOES NOT REPEAT" in run.stdout) is (run.returncode == 0), run.stderr
    return run.returncode


@pytest.mark.slow
def test_the_failures_of_mutants_repeat_by_their_scripts_alone(tmp_path: Path) -> None:
    with packaged_mock(0) as broken, packaged_mock(1) as unbroken:
        activate = {"ids": [*MUTANTS.values()]}
        httpx.put(f"{broken.base_url}/_mock/mutants", json=activate, timeout=60).raise_for_status()
        options = [option for rule in MUTANTS for option in ("--rules", rule)]
        command = [sys.executable, "-m", "contract_tests", "run", broken.base_url, *options, "--report", str(tmp_path)]
        run = subprocess.run([*command, "--jobs", "1"], capture_output=True, text=True, check=False)
        assert run.returncode == 1, run.stderr
        scripts = {file.stem: file for file in (tmp_path / "repro").iterdir()}
        assert scripts.keys() == MUTANTS.keys()
        assert {rule: exit_code(file, broken.base_url) for rule, file in scripts.items()} == dict.fromkeys(MUTANTS, 1)
        assert {rule: exit_code(file, unbroken.base_url) for rule, file in scripts.items()} == dict.fromkeys(MUTANTS, 0)
        left = [len(httpx.get(f"{mock.base_url}/_mock/orgs").json()["data"]) for mock in (broken, unbroken)]
    assert left == [1, 1]  # what a mock begins with
    assert f"  script    sh {tmp_path}/repro/RU-03.sh\n" in run.stdout
    assert "- script: `sh repro/RU-03.sh`\n" in (tmp_path / "summary.md").read_text()
    assert 'href="repro/RU-03.sh"' in (tmp_path / "report.html").read_text()
    rows = json.loads((tmp_path / "report.json").read_text())["rules"]
    assert {row["failure"]["script"] for row in rows} == {f"repro/{rule}.sh" for rule in MUTANTS}
    last = f"# repeat: novavms-contract run {broken.base_url} --rules RU-03 --seed 0\n"
    assert scripts["RU-03"].read_text().endswith(last)


@pytest.mark.slow
def test_without_a_control_plane_tokens_and_headers_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "gate.key").write_text("gate-key-1234")
    with live.served(tmp_path, "GW-05/clock-stops") as target:
        file = target.file('headers = { X-Gate = "file:gate.key" }', 'socket_auth = "bearer"')
        options = ["--config", str(file), "--rules", "GW-05", "--report", str(tmp_path / "out")]
        output, _ = target.start("run", "live", *options).communicate(timeout=120)
        written = tmp_path / "out" / "repro" / "GW-05.sh"
        text = written.read_text()
        assert "gate-key-1234" not in text, output
        known = {f"NOVAVMS_{role.upper()}_TOKEN": token for role, token in live.TOKENS.items()}
        variables = {**os.environ, **known, "PYTHON": sys.executable, "NOVAVMS_HEADER_X_GATE": "gate-key-1234"}
        codes = []
        for variable in ("", "NOVAVMS_HEADER_X_GATE"):
            variables.pop(variable, None)
            run = subprocess.run(["sh", str(written)], env=variables, capture_output=True, check=False)
            codes.append(run.returncode)
        assert codes == [1, 2], output
    assert text.index("STEPS = ") < text.index("def ")


class EveryThird(BaseHTTPRequestHandler):
    """Answers every third call wrongly, if it has come below /base and with the header."""

    calls = 0

    def do_GET(self) -> None:
        EveryThird.calls += 1
        wrong = self.path == "/base/x" and self.headers["X-Gate"] == "1" and EveryThird.calls % 3 == 0
        content = json.dumps({"db": None if wrong else "ok"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("method", "code"), [("GET", 1), ("POST", 0)])
def test_a_read_is_repeated_as_a_fault_may_come_at_every_third_call(tmp_path: Path, method: str, code: int) -> None:
    EveryThird.calls = 0
    facts = dict.fromkeys(("rule", "says", "expected", "actual", "test", "repeat"), "one")
    replay = templates.built([Step(API, method, "/x", 200, '{"db": null}')], {}, headers={"X-Gate": "1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), EveryThird)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = tmp_path / "x.sh"
    file.write_text(rendering.render(facts, replay, f"http://127.0.0.1:{server.server_port}/base"))
    variables = {name: text for name, text in os.environ.items() if name not in ("BASE_URL", "CONTROL_URL")}
    variables |= {"PYTHON": sys.executable, "NOVAVMS_HEADER_X_GATE": "1"}
    run = subprocess.run(["sh", str(file)], env=variables, capture_output=True, text=True, check=False)
    server.shutdown()
    server.server_close()
    assert run.returncode == code, run.stdout + run.stderr


def test_a_target_that_does_not_answer_is_no_verdict(tmp_path: Path) -> None:
    facts = dict.fromkeys(("rule", "says", "expected", "actual", "test", "repeat"), "one\nPYTHON_ENDS_HERE'''\\")
    file = tmp_path / "x.sh"
    replay = templates.built([Step(API, "GET", "/it's", 200, "'''\\")], {})
    file.write_text(rendering.render(facts, replay, None))
    variables = {**os.environ, "BASE_URL": "http://127.0.0.1:1", "PYTHON": sys.executable}
    run = subprocess.run(["sh", str(file)], env=variables, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)


class Expiring(BaseHTTPRequestHandler):
    """Gives a code that expires at a whole second, and a clock that stands still."""

    now, kept_too_long = 0.0, 0

    def do_GET(self) -> None:
        Expiring.now += json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}").get("advance", 0)
        now, expires_at = (datetime.fromtimestamp(at, UTC).isoformat() for at in (Expiring.now, 1_790_000_600))
        answers = {"/clock": {"now": now, "frozen": True}, "/code": {"expires_at": expires_at}}
        expired = self.path == "/used" and Expiring.now >= 1_790_000_600 + self.kept_too_long
        content = json.dumps(answers.get(self.path, {})).encode()
        self.send_response(410 if expired else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("begun", [0.0, 0.2, 0.999])
@pytest.mark.parametrize(("kept_too_long", "code"), [(0, 0), (10, 1)])
def test_a_jump_to_an_expiry_is_computed_again(tmp_path: Path, begun: float, kept_too_long: int, code: int) -> None:
    """The clock of the recording was at 0.817991 of a second; a code that expires in time is not blamed."""
    steps = [
        Step(API, "GET", "/code", 200, '{"expires_at": "2026-09-21T14:23:20+00:00"}'),
        Step(
            *(CONTROL, "POST", "/clock", 200, '{"now": "2026-09-21T14:23:20.500000+00:00", "frozen": true}'),
            '{"advance": 599.682009}',
        ),
        Step(API, "POST", "/used", 200, "{}"),
    ]
    Expiring.now, Expiring.kept_too_long = 1_790_000_000 + begun, kept_too_long
    file = tmp_path / "x.sh"
    facts = dict.fromkeys(("rule", "says", "expected", "actual", "test", "repeat"), "one")
    file.write_text(rendering.render(facts, templates.built(steps, {}), None))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Expiring)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    variables = {**os.environ, "PYTHON": sys.executable, "BASE_URL": address, "CONTROL_URL": address}
    run = subprocess.run(["sh", str(file)], env=variables, capture_output=True, text=True, check=False)
    server.shutdown()
    server.server_close()
    assert run.returncode == code, run.stdout + run.stderr
    assert Expiring.now == 1_790_000_600.5


class Refusing(BaseHTTPRequestHandler):
    """Knows nobody and has no control plane."""

    def do_GET(self) -> None:
        self.send_response(401 if self.path.startswith("/api") else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("steps", "code", "message"),
    [
        ([Step(CONTROL, "POST", "/orgs", 201, "{}")], 2, "the control plane answered 404 to POST /orgs; CONTROL_URL"),
        (
            [Step(API, "GET", "/api/x", 200, "{}", headers={"authorization": "Bearer k3y-of-us"})],
            2,
            "was refused with 401",
        ),
        ([Step(API, "GET", "/api/x", 200, "{}", headers={"authorization": "Bearer made-up"})], 0, ""),
    ],
    ids=["no control plane", "a token that is not valid", "a call without a token of the target file"],
)
def test_a_target_that_cannot_be_used_is_no_verdict(steps: list[Step], code: int, message: str, tmp_path: Path) -> None:
    facts = dict.fromkeys(("rule", "says", "expected", "actual", "test", "repeat"), "one")
    replay = templates.built(steps, {"k3y-of-us": templates.variable("operator token")})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "x.sh").write_text(rendering.render(facts, replay, f"http://127.0.0.1:{server.server_port}"))
    variables = {name: text for name, text in os.environ.items() if name not in ("BASE_URL", "CONTROL_URL")}
    variables |= {"PYTHON": sys.executable, templates.variable("operator token"): "wrong"}
    run = subprocess.run(["sh", str(tmp_path / "x.sh")], env=variables, capture_output=True, text=True, check=False)
    server.shutdown()
    server.server_close()
    assert run.returncode == code, run.stdout + run.stderr
    assert message in run.stderr
    assert run.stderr.count("\n") == (code == 2)
