"""Load from wrk, over CONNECTIONS connections and on one core, and its results."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks import answers
from benchmarks.answers import Call
from benchmarks.servers import LOAD_CORE

CONNECTIONS = 32
_MILLISECONDS_PER_UNIT = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_CONSTANT_REQUEST = """
wrk.method, wrk.body = [[{method}]], [[{body}]]
wrk.headers["Content-Type"] = "application/json"
"""
#: Sends another code each time; a server that answers faster than there are codes gets them from the first again.
_NEXT_CODE = """
local codes, n = {{}}, 0
for code in io.lines([[{codes}]]) do codes[#codes + 1] = code end
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, (wrk.body:gsub("{{code}}", codes[(n - 1) % #codes + 1])))
end
"""


@dataclass(frozen=True)
class Result:
    """Requests per second, and the 50th and 99th percentile of the milliseconds of an answer."""

    rate: float
    p50: float
    p99: float


def run_call(base_url: str, call: Call, seconds: int, folder: Path) -> Result:
    """Have wrk make a call over and over. Raises RuntimeError when an answer was not a success."""
    return run_script(_wrk_script(call, folder), f"{base_url}{call.path}", seconds, folder)


def run_script(wrk_script: str, url: str, seconds: int, folder: Path) -> Result:
    """Have wrk make the calls of a Lua script. Raises RuntimeError when an answer was not a success."""
    path = folder / "wrk.lua"
    path.write_text(wrk_script, encoding="utf-8")
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s"]
    command += ["--latency", "-H", f"Authorization: Bearer {answers.TOKEN}", "-s", str(path), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"{url}: not every answer was a success:\n{output}")
    return Result(float(_found(r"Requests/sec:\s+([\d.]+)", output)), _percentile(50, output), _percentile(99, output))


def _wrk_script(call: Call, folder: Path) -> str:
    constant = _CONSTANT_REQUEST.format(method=call.method, body=call.body)
    if "{code}" not in call.body:
        return constant
    codes = folder / "codes.txt"
    codes.write_text("\n".join(answers.codes()), encoding="utf-8")
    return constant + _NEXT_CODE.format(codes=codes)


def _percentile(percent: int, output: str) -> float:
    value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", output).groups()  # type: ignore[union-attr]
    return float(value) * _MILLISECONDS_PER_UNIT[unit]


def _found(pattern: str, output: str) -> str:
    match = re.search(pattern, output)
    if match is None:
        raise RuntimeError(f"the output of wrk is not understood:\n{output}")
    return match[1]
