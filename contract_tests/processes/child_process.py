"""Python modules as child processes that the user's surroundings do not reach, and that end when this process does.

Each is started through this module: it watches its standard input, whose other end this process holds open.
"""

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

#: Settings of the user that would change what a child process does.
_SETTINGS = ("PYTEST_", "HYPOTHESIS_", "SCHEMATHESIS_", "PYTHONINSPECT", "PYTHONOPTIMIZE", "PYTHONWARNINGS")
#: Variables with paths, which are relative to the folder of this process.
_PATHS = ("PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PR_SET_PDEATHSIG = 1


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module; the current folder is no place to import from."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(*, proxies: bool = False) -> dict[str, str]:
    """Return the environment variables of a child process, with the user's proxies only if asked for."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_SETTINGS)}
    if not proxies:
        kept = {name: text for name, text in kept.items() if not name.lower().endswith("_proxy")}
        kept["NO_PROXY"] = "*"
    for name in _PATHS:
        if kept.get(name):
            kept[name] = os.pathsep.join(str(Path(path).absolute()) for path in kept[name].split(os.pathsep) if path)
    here = os.getcwd()
    if sys.path[0] in ("", here):  # this process was started with python -m, and may import from here
        kept["PYTHONPATH"] = os.pathsep.join([here, *filter(None, [kept.get("PYTHONPATH")])])
    return kept


def start(
    arguments: list[str],
    folder: Path,
    variables: Mapping[str, str],
    stdout: int | IO[str],
    stderr: IO[str],
    *,
    new_session: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start a module with its arguments, in a folder; close ``stdin`` of the process when it has ended."""
    return subprocess.Popen(
        command(__name__, *arguments),
        cwd=folder,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        start_new_session=new_session,
    )


def main() -> None:
    """Run the module that is named by the first argument, until it or the parent process ends."""
    watched = os.dup(sys.stdin.fileno())
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    end_with(watched)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def end_with(watched: int) -> None:
    """Let this process end at once when its parent does, which holds the other end of a pipe and never writes."""
    threading.Thread(target=_exit_at_end, args=(watched,), daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _exit_at_end(watched: int) -> None:
    os.read(watched, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
