"""Makes the benchmarks importable, which are no part of what is installed."""

import sys
from pathlib import Path
from types import ModuleType

_PACKAGE = ModuleType("benchmarks")
_PACKAGE.__path__ = [str(Path(__file__).parents[2] / "benchmarks")]
sys.modules.setdefault("benchmarks", _PACKAGE)
