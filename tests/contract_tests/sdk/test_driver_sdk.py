"""The SDK that a driver calls: which parts there are, and when the driver runs."""

import sys
from pathlib import Path
from typing import Any

import pytest

from contract_tests.plan import Driver
from contract_tests.sdk import driver_sdk
from contract_tests.sdk.driver_client import RaisedError
from contract_tests.sdk.driver_process import DriverFailure
from contract_tests.sdk.driver_sdk import DriverSdk
from contract_tests.verdicts import Unavailable

HELLO: dict[str, Any] = {
    "protocol": 1,
    "language": "none",
    "name": "nothing",
    "version": "0.1",
    "verbs": [],
    "options": ["api_key", "base_url"],
    "capabilities": ["mutants"],
}
#: Counts its starts and the mutants it gets in a file, and ends when it is asked to make a client.
BODY = f"""
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["method"] == "make_client": sys.exit(1)
    with open("log", "a") as log: log.write(request["method"] + str(request.get("mutant", "")) + "\\n")
    print(json.dumps({{"id": request["id"], "result": {HELLO!r}}}), flush=True)
"""


@pytest.fixture
def sdk(tmp_path: Path) -> DriverSdk:
    """An SDK whose driver ends when it is asked to make a client."""
    return DriverSdk(Driver((sys.executable, "-c", BODY), tmp_path, HELLO))


def test_what_is_of_python_is_unavailable(sdk: DriverSdk) -> None:
    for part in (
        lambda: sdk.part("NovaVMSClient"),
        lambda: sdk.part("Camera", "models"),
        lambda: sdk.attribute("pydantic", "BaseModel"),
        lambda: sdk.package_metadata,
        lambda: sdk.requires,
        lambda: sdk.options("blocking"),
        lambda: sdk.make("blocking", api_key="x"),
    ):
        with pytest.raises(Unavailable, match="looks at Python itself"):
            part()
    with pytest.raises(Unavailable, match="through a proxy"):
        sdk.through("blocking", "http://127.0.0.1:1")
    assert (sdk.product, sdk.version, sdk.in_process) == ("nothing/0.1", "0.1", False)


def test_an_error_is_an_instance_of_the_documented_class_of_its_name(sdk: DriverSdk) -> None:
    error = RaisedError({"classes": ["AuthError", "NovaVMSError"]})
    found = {name: isinstance(error, sdk.part(name, "errors")) for name in driver_sdk.ERRORS}
    assert [name for name, is_one in found.items() if is_one] == ["NovaVMSError", "AuthError"]
    assert not isinstance(KeyError(), sdk.part("NovaVMSError", "errors"))


def test_a_driver_that_fails_is_started_again_a_few_times_with_its_mutant(sdk: DriverSdk, tmp_path: Path) -> None:
    sdk.activate("never")
    for _ in range(5):
        with pytest.raises(DriverFailure, match="ended without answering make_client, with exit code 1"):
            sdk.refuses("blocking")
    lines = (tmp_path / "log").read_text().split()
    assert lines == ["hello", "mutatenever", "hello"] + ["hello", "mutatenever"] * 2
    sdk.activate("later")
    assert (tmp_path / "log").read_text().endswith("hello\nmutatelater\nhello\n")
    sdk.close()


def test_the_path_of_a_url_is_kept_below_the_address_of_the_server() -> None:
    pairs = {
        "https://vms.example.com": "",
        "https://vms.example.com/": "/",
        "http://a/vms/": "/vms/",
        "http://a/b%20c": "/b%20c",
    }
    for url, path in pairs.items():
        assert driver_sdk._below("http://127.0.0.1:1", url) == f"http://127.0.0.1:1{path}"
