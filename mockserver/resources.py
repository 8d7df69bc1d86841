"""The packaged data files: inside the package in an installation, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_data"


def path(*parts: str) -> Path:
    """Return the path of a data file such as ``path("spec", "openapi.yaml")``."""
    root = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)


def names(folder: str, kind: str, suffix: str) -> list[str]:
    """Return the sorted stems of ``folder/kind/*suffix``, the names users write on the command line."""
    return sorted(file.stem for file in path(folder, kind).glob(f"*{suffix}"))
