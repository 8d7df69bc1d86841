"""What starting a mock loads, and when garbage is collected."""

import subprocess
import sys

import pytest

_SERVING = """
import asyncio, gc, os, signal
from mockserver.server.run import bind, create_mock, serve
from mockserver.settings import Settings

found = []

def look():
    found.append((gc.isenabled(), gc.get_freeze_count()))

async def ready():
    look()
    asyncio.get_running_loop().call_later(0.05, lambda: (look(), os.kill(os.getpid(), signal.SIGTERM)))

serve(create_mock(Settings(fixture="empty")), bind("127.0.0.1", 0), ready)
(starting, before), (serving, after) = found
assert not starting and serving and 10_000 < before < after, found
assert gc.get_threshold()[0] > 700, gc.get_threshold()
"""


@pytest.mark.parametrize(
    "module", ["asyncpg", "cryptography", "httpcore", "jwt", "mockserver.mutants.catalogue.events_list"]
)
def test_rarely_needed_module_is_not_loaded_at_the_start(module: str) -> None:
    _succeeds(f"import sys, mockserver.cli.main; assert {module!r} not in sys.modules")


def test_garbage_is_not_collected_during_the_start_nor_among_the_objects_of_the_start() -> None:
    _succeeds(_SERVING)


def _succeeds(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
