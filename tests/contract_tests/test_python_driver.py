"""The driver of the installed Python SDK, as a process that the suite asks."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract_tests.python_driver import decoded
from contract_tests.sdk import fake_servers, recording_server
from contract_tests.sdk.driver_process import HELLO, DriverFailure, DriverProcess

KEY = "sk_live_abcdefghijklmnop"


@pytest.fixture
def driver() -> Iterator[DriverProcess]:
    """A running driver."""
    process = DriverProcess([sys.executable, "-m", "contract_tests.python_driver"], Path.cwd())
    yield process
    process.close()


def test_it_makes_clients(driver: DriverProcess) -> None:
    hello = driver.request("hello", **HELLO)
    assert {"events.list", "events.iter", "alert_rules.delete", "users.revoke_session"} <= {*hello["verbs"]}
    assert "limit" not in hello["fields"]["events.export"]
    assert "TypeError" in make(driver)["raised"]["classes"]
    hosted = make(driver, api_key=KEY)
    assert hosted["base_url"] == "https://api.novavms.io"
    assert KEY not in hosted["shown"]


def test_it_reports_errors_with_what_was_slept_and_logged(driver: DriverProcess) -> None:
    with recording_server.running(fake_servers.failing(503, "unavailable")) as url:
        client = make(driver, api_key=KEY, base_url=url)["client"]
        given: dict[str, Any] = {"client": client, "ids": [], "fields": {}, "seconds": 15}
        failed = driver.request("call", verb="sites.list", **given)
    assert {"NovaVMSError", "Exception"} <= {*failed["raised"]["classes"]}
    assert (failed["raised"]["status"], failed["raised"]["code"]) == (503, "unavailable")
    assert len(failed["pauses"]) == 3
    assert failed["log"]
    assert KEY not in "".join([*failed["log"], failed["raised"]["shown"]])
    assert driver.request("call", verb="sites.polish", **given)["raised"]["classes"]
    assert driver.request("close", client=client) == {}
    with pytest.raises(DriverFailure, match="failed at call: KeyError"):
        driver.request("call", verb="sites.list", **given)


def make(driver: DriverProcess, **options: str) -> dict[str, Any]:
    """Return the result of making a client of the first kind."""
    return driver.request("make_client", options=options, **{"async": False})


def test_a_time_among_the_fields_is_one_of_python() -> None:
    text = "2026-04-20T08:30:00.250000+02:00"
    found = decoded({"since": {"$datetime": text}, "rows": [{"at": {"$datetime": text}}], "id": "1"})
    assert found["since"].isoformat() == found["rows"][0]["at"].isoformat() == text
    assert found["id"] == "1"
