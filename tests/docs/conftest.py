"""Makes the generator of the documentation importable, which is no part of what is installed."""

import sys
from pathlib import Path
from types import ModuleType

_PACKAGE = ModuleType("docs_tools")
_PACKAGE.__path__ = [str(Path(__file__).parents[2] / "docs_tools")]
sys.modules.setdefault("docs_tools", _PACKAGE)
