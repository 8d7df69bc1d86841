"""The command-line options of the destinations that webhooks may have."""

from pathlib import Path

import pytest

from mockserver.settings import Settings
from tests.mockserver.webhooks.receiver import Authority, Receiver
from tests.process import Served, run, serve


def outcome(served: Served, url: str) -> str | int | None:
    """Create a webhook, test it, and return the status of the only attempt, or its error."""
    token = "sk_live_small_operator"
    body = {"name": "Hook", "url": url, "event_types": ["event"]}
    created = served.request("POST", "/api/v1/webhooks", token, json=body).json()
    assert served.request("POST", f"/api/v1/webhooks/{created['id']}/test", token).status_code == 202
    served.control("POST", "/clock", json={"advance": 0})
    [delivery] = served.control("GET", f"/deliveries?webhook={created['id']}").json()["data"]
    [attempt] = delivery["attempts"]
    status: int | None = attempt["status"]
    return status or str(attempt["error"])


def test_only_this_machine_is_allowed_by_default(tmp_path: Path, receiver: Receiver) -> None:
    with serve(tmp_path, "--fixture", "small") as served:
        assert "CERTIFICATE_VERIFY_FAILED" in str(outcome(served, receiver.url))
        assert "is not allowed" in str(outcome(served, "https://10.0.0.5/"))
        assert served.stop() == 0


def test_allowed_destinations_replace_this_machine(tmp_path: Path, receiver: Receiver, authority: Authority) -> None:
    to = [f"--allow-webhooks-to=127.0.0.1:{receiver.port}", "--allow-webhooks-to=localhost:1"]
    with serve(tmp_path, "--fixture", "small", "--webhook-ca", str(authority.file), *to) as served:
        assert outcome(served, receiver.url) == 200
        assert "is not allowed" in str(outcome(served, "https://127.0.0.1:1/"))
        assert "is not allowed" not in str(outcome(served, "https://localhost:1/"))
        assert served.stop() == 0


@pytest.mark.parametrize(
    "arguments",
    [["--allow-webhooks-to", "10.0.0.0/40"], ["--allow-webhooks-to", "a:b"], ["--allow-webhooks-to", ""],
     ["--webhook-ca", "{folder}/none.pem"], ["--webhook-ca", "{folder}"], ["--webhook-ca", "{folder}/empty.pem"]],
)  # fmt: skip
def test_usage_error_is_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "empty.pem").touch()
    done = run("serve", "--port", "0", *(argument.replace("{folder}", str(tmp_path)) for argument in arguments))
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"novavms-mock: {arguments[0]} ")


def test_an_attempt_may_take_the_documented_ten_seconds() -> None:
    assert Settings().webhook_seconds == 10
