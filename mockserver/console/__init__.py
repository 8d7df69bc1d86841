"""The console: pages under /_mock, which use the control plane and the API alone, as a script would."""

from mockserver import CONTROL_PREFIX

HOME = f"{CONTROL_PREFIX}/"
CONSOLE = f"{CONTROL_PREFIX}/console"
REFERENCE = f"{CONTROL_PREFIX}/reference"


def is_page(path: str) -> bool:
    """Whether the console answers a path, not the control plane."""
    return path in (CONTROL_PREFIX, HOME, CONSOLE, REFERENCE) or path.startswith((f"{CONSOLE}/", f"{REFERENCE}/"))
