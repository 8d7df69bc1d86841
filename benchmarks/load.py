"""Load by wrk: so many connections from one core, for so long, and what came of it."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks import answers
from benchmarks.answers import Call
from benchmarks.servers import LOAD_CORE

CONNECTIONS = 32
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_SAME = """
wrk.method, wrk.body = [[{method}]], [[{body}]]
wrk.headers["Content-Type"] = "application/json"
"""
#: Another code each time, from the first again for a server that takes more of them than there are.
_CODES = """
local codes, n = {{}}, 0
for code in io.lines([[{codes}]]) do codes[#codes + 1] = code end
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, (wrk.body:gsub("{{code}}", codes[(n - 1) % #codes + 1])))
end
"""


@dataclass(frozen=True)
class Result:
    """Requests per second, and the milliseconds that half and 99 % of the answers took at most."""

    rate: float
    p50: float
    p99: float


def put(base_url: str, call: Call, seconds: int, folder: Path) -> Result:
    """Let wrk make a call over and over. Raises RuntimeError when an answer was no success."""
    return run(_script(call, folder), f"{base_url}{call.path}", seconds, folder)


def run(script: str, url: str, seconds: int, folder: Path) -> Result:
    """Let wrk make the calls of a script. Raises RuntimeError when an answer was no success."""
    path = folder / "wrk.lua"
    path.write_text(script, encoding="utf-8")
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s"]
    command += ["--latency", "-H", f"Authorization: Bearer {answers.TOKEN}", "-s", str(path), url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{url}: not every answer was a success:\n{told}")
    return Result(float(_found(r"Requests/sec:\s+([\d.]+)", told)), _percentile(50, told), _percentile(99, told))


def _script(call: Call, folder: Path) -> str:
    same = _SAME.format(method=call.method, body=call.body)
    if "{code}" not in call.body:
        return same
    codes = folder / "codes.txt"
    codes.write_text("\n".join(answers.codes()), encoding="utf-8")
    return same + _CODES.format(codes=codes)


def _percentile(percent: int, told: str) -> float:
    value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    return float(value) * _MILLISECONDS[unit]


def _found(pattern: str, told: str) -> str:
    match = re.search(pattern, told)
    if match is None:
        raise RuntimeError(f"wrk said something else:\n{told}")
    return match[1]
