"""The options that say where webhooks may lead, on the command line."""

from pathlib import Path

import pytest

from mockserver.settings import Settings
from tests.mockserver.webhooks.receiver import Authority, Receiver
from tests.process import Served, run, serve


def outcome(served: Served, url: str) -> str | int | None:
    """Create a webhook, test it, and return the status of the only attempt, or why there is none."""
    token = "sk_live_small_operator"
    body = {"name": "Hook", "url": url, "event_types": ["event"]}
    created = served.request("POST", "/api/v1/webhooks", token, json=body).json()
    assert served.request("POST", f"/api/v1/webhooks/{created['id']}/test", token).status_code == 202
    served.control("POST", "/clock", json={"advance": 0})
    [delivery] = served.control("GET", f"/deliveries?webhook={created['id']}").json()["data"]
    [attempt] = delivery["attempts"]
    status: int | None = attempt["status"]
    return status or str(attempt["error"])


def test_this_machine_is_told_by_default_and_nobody_else(tmp_path: Path, receiver: Receiver) -> None:
    with serve(tmp_path, "--fixture", "small") as served:
        assert "CERTIFICATE_VERIFY_FAILED" in str(outcome(served, receiver.url))
        assert "not where webhooks may lead" in str(outcome(served, "https://10.0.0.5/"))
        assert served.stop() == 0


def test_places_that_are_named_take_the_place_of_this_machine(
    tmp_path: Path, receiver: Receiver, authority: Authority
) -> None:
    to = [f"--allow-webhooks-to=127.0.0.1:{receiver.port}", "--allow-webhooks-to=localhost:1"]
    with serve(tmp_path, "--fixture", "small", "--webhook-ca", str(authority.file), *to) as served:
        assert outcome(served, receiver.url) == 200
        assert "not where webhooks may lead" in str(outcome(served, "https://127.0.0.1:1/"))
        assert "not where webhooks may lead" not in str(outcome(served, "https://localhost:1/"))
        assert served.stop() == 0


@pytest.mark.parametrize(
    "arguments",
    [["--allow-webhooks-to", "10.0.0.0/40"], ["--allow-webhooks-to", "a:b"], ["--allow-webhooks-to", ""],
     ["--webhook-ca", "{folder}/none.pem"], ["--webhook-ca", "{folder}"], ["--webhook-ca", "{folder}/empty.pem"]],
)  # fmt: skip
def test_mistake_is_told_in_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "empty.pem").touch()
    done = run("serve", "--port", "0", *(argument.replace("{folder}", str(tmp_path)) for argument in arguments))
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"novavms-mock: {arguments[0]} ")


def test_an_attempt_has_the_documented_ten_seconds() -> None:
    assert Settings().webhook_seconds == 10
