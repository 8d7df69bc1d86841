"""Many tests at once on one mock, twice: none notices another, and the ids of their orgs repeat.

python -m tests.novavms_mock.neighbours [--workers 8] [--tests 200]

Each worker of pytest-xdist runs so many tests. Each test makes an org of its own seed, moves the clock of that org past
the end of a pairing code or not, and injects a fault; its neighbours must see neither.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from novavms_mock import NovaVMSMock

TESTS = """
import os, pytest

@pytest.mark.parametrize("number", range(int(os.environ["TESTS"])))
def test_alone(novavms_mock, number):
    with novavms_mock.new_org(seed=number) as org:
        client, site = org.client("operator"), org.sites[0]["id"]
        start = org.clock.freeze()
        asked = {"name": "Dock", "site_id": site}
        code = client.post("/api/v1/gateways/generate-pairing-code", json=asked).json()["pairing_code"]
        with org.faults.add("listEvents", status=503, times=1 + number % 3):
            answers = [client.get("/api/v1/events").status_code for _ in range(4)]
        assert answers == [503] * (1 + number % 3) + [200] * (3 - number % 3)
        assert (org.clock.advance(minutes=number % 20) - start).seconds == number % 20 * 60
        paired = client.post("/api/v1/gateways/pair", json={"pairing_code": code}).status_code
        assert paired == (410 if number % 20 >= 10 else 200), number
        assert len(org.requests) == 6
        with open(os.environ["IDS"], "a") as file:
            file.write(f"{number} {org.id} {org.owner.token}\\n")
"""


def run(folder: Path, workers: int, tests: int) -> set[str]:
    """Run the tests on one mock and return a line for each org. Raises SystemExit for a failure."""
    ids = folder / "ids"
    ids.write_text("")
    (folder / "test_neighbours.py").write_text(TESTS)
    with NovaVMSMock("--fixture", "small", seed=1) as mock:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "novavms_mock.plugin", "-p", "xdist"]
        command += ["-n", str(workers), "-o", f"novavms_mock_url={mock.base_url}"]
        given = {"TESTS": str(workers * tests), "IDS": str(ids), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(command, cwd=folder, env=os.environ | given, capture_output=True, text=True, check=False)
    if not re.search(rf"^{workers * tests} passed in", done.stdout, re.MULTILINE):
        raise SystemExit(done.stdout[-4000:] + done.stderr[-1000:])
    return set(ids.read_text().splitlines())


def main() -> None:
    """Run the tests twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--tests", type=int, default=200, help="tests of each worker")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        started = time.monotonic()
        first, second = (run(Path(name), options.workers, options.tests) for _ in range(2))
    if len(first) != options.workers * options.tests or first != second:
        raise SystemExit(f"{len(first ^ second)} lines differ")
    took = time.monotonic() - started
    sys.stdout.write(
        f"{len(first)} tests of {options.workers} workers, twice in {took:.0f} s: the same {len(first)} orgs\n"
    )


if __name__ == "__main__":
    main()
