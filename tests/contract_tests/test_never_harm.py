"""Somebody else's server is left as it was, whatever ends a run; and only one run at a time works on it."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from contract_tests import cli
from contract_tests.config import TargetConfig
from contract_tests.shared_target import lock
from tests.contract_tests.harm import User
from tests.contract_tests.live import served
from tests.contract_tests.test_interrupt import until
from tests.harness import Running
from tests.stranger.breaks import Break
from tests.stranger.choices import Choices
from tests.stranger.running import running

pytestmark = pytest.mark.slow

#: Rules whose checks write in both orgs.
RULES = ("--rules", "RU-51", "--rules", "RU-58", "--rules", "GW-10")
BUSY = re.compile(r"novavms-contract: http://\S+: run ct\d+ of process (\d+) is not over; .+\n")


def ended(user: User, *arguments: str) -> tuple[int, str, str]:
    process = user.start_run(*arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize("name", ["ours", "other"])
def test_a_run_leaves_both_orgs_as_they_were(name: str, tmp_path: Path) -> None:
    with running(Choices.named(name)) as server:
        user, before = User(server, tmp_path), server.dump()
        _, out, err = ended(user, *RULES)
        assert "not removed" not in out + err
        assert server.dump() == before
        assert not user.ledgers()


def test_alerts_that_no_call_reads_one_by_one_are_not_changed(tmp_path: Path) -> None:
    with running(Choices.ours(alert_changes="served")) as server:
        before = server.dump()
        code, _, err = ended(User(server, tmp_path), "--rules", "ROLE-03")
        assert (code, err) == (0, "")
        assert server.dump() == before


def test_what_could_not_be_removed_is_named_with_the_run_in_the_headline_the_report_and_on_stderr(
    tmp_path: Path,
) -> None:
    with running(Choices.ours(), [Break.DELETED_GATEWAY_LISTED]) as server:
        user = User(server, tmp_path)
        code, out, err = ended(user, "--rules", "GW-17", "--report", str(tmp_path / "out"))
        [ledger] = user.ledgers()
        headline = out.splitlines()[-1]
        assert headline.startswith("NOT REMOVED: the run has left something on the target; 1 pass")
        assert headline.endswith(f" of run {ledger.stem} not removed")
        run = json.loads((tmp_path / "out" / "report.json").read_text())["run"]
        assert run["run_id"] == ledger.stem
        assert run["not_removed"]
        remedy = f"; `novavms-contract clean --run {ledger.stem}` tries again\n"
        assert err == f"novavms-contract: not removed from the target: {', '.join(run['not_removed'])}{remedy}"
        assert user.clean(ledger.stem) == (3, "", err)
        assert code == 3


@pytest.mark.parametrize("writes", [1, 8, 25])
def test_after_a_kill_clean_leaves_both_orgs_as_they_were(writes: int, tmp_path: Path) -> None:
    with running(Choices.ours()) as server:
        user, before = User(server, tmp_path), server.dump()
        run_id = user.killed_run(writes, *RULES)
        assert user.clean(run_id) == (0, f"Nothing of run {run_id} is left on it.\n", "")
        assert server.dump() == before
        assert not list(tmp_path.glob("state/novavms-contract/*"))


def test_after_a_kill_no_process_calls_the_target_and_clean_removes_everything(tmp_path: Path) -> None:
    with served(tmp_path) as live:
        before, log = live.everything(), live.folder / "access.log"
        with live.start("run", "live", "--config", str(live.file()), *RULES) as process:
            assert until(lambda: len(live.writes()) > 10), process.poll()
            process.kill()
        time.sleep(1)
        requests = log.read_text()
        time.sleep(1)
        assert log.read_text() == requests
        [ledger] = (live.folder / "state").rglob("*.jsonl")
        cleaning = live.start("clean", "--run", ledger.stem)
        assert cleaning.communicate(timeout=60) == (f"Nothing of run {ledger.stem} is left on live.\n", "")
        assert live.everything() == before


def test_a_second_run_and_clean_are_refused_while_a_run_is_alive(tmp_path: Path) -> None:
    with running(Choices.ours()) as server:
        user, before = User(server, tmp_path), server.dump()
        with user.start_run(*RULES) as process:
            assert until(user.ledgers), process.poll()
            # However long the others take, it is alive.
            process.send_signal(signal.SIGSTOP)
            try:
                refused = [ended(user, *RULES), user.clean(user.ledgers()[0].stem)]
            finally:
                process.send_signal(signal.SIGCONT)
            process.communicate(timeout=120)
        for code, out, err in refused:
            assert (code, out) == (2, "")
            assert BUSY.fullmatch(err)[1] == str(process.pid)  # type: ignore[index]
        assert server.dump() == before
        assert ended(user, "--rules", "GW-10")[0] == 0


def test_a_run_on_a_mock_by_its_url_is_refused_while_another_one_uses_it(
    shared: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    arguments = ["run", shared.base_url, "--rules", "EV-10"]
    with lock.held(TargetConfig("it", shared.base_url, control="/_mock"), "ct1"):
        assert cli.main(arguments) == 2
        refusal = capsys.readouterr()
        assert BUSY.fullmatch(refusal.err)[1] == str(os.getpid())  # type: ignore[index]
        assert refusal.out == ""
        assert cli.main(["run", "--rules", "EV-10"]) == 0
    assert cli.main(arguments) == 0
