"""``python -m docs_tools.pictures [NAME…]``: makes the pictures of ``docs/pictures`` anew: all, or those of a kind."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
Files = Iterator[tuple[str, bytes]]


def _architecture() -> Files:
    from docs_tools.pictures import architecture

    yield "architecture.svg", architecture.draw().encode()


def _terminal() -> Files:
    from docs_tools.pictures import terminal

    yield "first-bug.svg", terminal.record().encode()


def _screenshots() -> Files:
    from docs_tools.pictures import screenshots

    yield from ((f"{name}.png", content) for name, content in screenshots.take())


_KINDS: Mapping[str, Callable[[], Files]] = {
    "architecture": _architecture,
    "terminal": _terminal,
    "screenshots": _screenshots,
}


def main() -> int:
    """Make the pictures that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m docs_tools.pictures", description="make the pictures of the pages")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(_KINDS)} (default: all)")
    names = parser.parse_args().names or [*_KINDS]
    if unknown := sorted({*names} - _KINDS.keys()):
        parser.error(f"{unknown[0]}: there are {', '.join(_KINDS)}")
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        for file, content in _KINDS[name]():
            (FOLDER / file).write_bytes(content)
            print(f"docs/pictures/{file}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
