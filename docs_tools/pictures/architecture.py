"""The architecture, drawn from the import contracts: every package by its layers, and what may not be imported."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
#: The columns: a package, what it is, and its width in pixels.
_COLUMNS = (
    ("contract_tests", "asks", 330),
    ("mockserver", "answers", 330),
    ("novavms_mock", "is the mock in other people's tests", 232),
)
_MARGIN, _GAP, _TOP, _ROW, _PAD = 16, 18, 62, 24, 5
_CHAR_WIDTH = 6.9
_STYLE = """
text{font:12px ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
.name{font-size:15px;font-weight:600}.note{fill:#57606a}.middle{text-anchor:middle}
.page{fill:#ffffff;stroke:#d0d7de}.layer{fill:#f3f5f8}.part{fill:#ffffff;stroke:#8c96a3}.data{fill:#ddf4ff;stroke:#54aeff}
.arrow{stroke:#57606a;fill:none;marker-end:url(#head)}.head{fill:#57606a}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9aa4af}
.page{fill:#0d1117;stroke:#3d444d}.layer{fill:#161b22}.part{fill:#212830;stroke:#656c76}.data{fill:#10233a;stroke:#388bfd}
.arrow{stroke:#9aa4af}.head{fill:#9aa4af}}
""".strip()


@dataclass(frozen=True)
class Box:
    """A text in a frame, in pixels."""

    text: str
    left: float
    top: float
    width: float


def draw() -> str:
    """Return the picture as SVG."""
    contracts: list[Mapping[str, Any]] = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    parts: list[str] = []
    left, ends = float(_MARGIN), []
    for package, does, width in _COLUMNS:
        parts.append(_text(left, 32, package, "name") + _text(left, 50, does, "note"))
        column = list(_column(_layers(contracts, package), left, width))
        parts += [shape for shapes, _ in column for shape in shapes]
        ends.append(column[-1][1])
        left += width + _GAP
    total, bottom = left - _GAP + _MARGIN, max(ends)
    parts += _between(total, bottom)
    parts += _notes(contracts, ends[1] + 40)
    return _document(total, bottom + 52, parts)


def _layers(contracts: Sequence[Mapping[str, Any]], package: str) -> list[list[str]]:
    """Return the layers of a package from the top, each with its modules."""
    (found,) = (one for one in contracts if one["type"] == "layers" and one["containers"] == [package])
    return [[name.strip() for name in layer.split("|")] for layer in found["layers"]]


def _column(layers: Sequence[Sequence[str]], left: float, width: float) -> Iterator[tuple[list[str], float]]:
    """Yield the shapes of each layer, and where it ends."""
    top = float(_TOP)
    for layer in layers:
        boxes = list(_flow(layer, left, top, width))
        bottom = boxes[-1].top + _ROW - 4 + _PAD
        band = f'<rect class="layer" x="{left:g}" y="{top:g}" width="{width:g}" height="{bottom - top:g}" rx="5"/>'
        yield [band, *map(_box, boxes)], bottom
        top = bottom + 5


def _flow(names: Sequence[str], left: float, top: float, width: float) -> Iterator[Box]:
    """Yield the boxes of a layer, in as many lines as it takes."""
    at, line = left + _PAD, top + _PAD
    for name in names:
        needed = round(len(name) * _CHAR_WIDTH + 14)
        if at > left + _PAD and at + needed > left + width - _PAD:
            at, line = left + _PAD, line + _ROW
        yield Box(name, at, line, needed)
        at += needed + 5


def _box(box: Box) -> str:
    frame = f'<rect class="part" x="{box.left:g}" y="{box.top:g}" width="{box.width:g}" height="{_ROW - 4}" rx="4"/>'
    return frame + _text(box.left + box.width / 2, box.top + 14, box.text, "middle")


def _between(width: float, bottom: float) -> Iterator[str]:
    """Yield what connects the columns: the calls between them, and the data that they share."""
    asks, answers = (_MARGIN + _COLUMNS[0][2], _MARGIN + _COLUMNS[0][2] + _GAP)
    tests = answers + _COLUMNS[1][2] + _GAP
    yield f'<path class="arrow" d="M{asks - 70} 28H{answers - 8}"/>' + _text(asks - 66, 22, "HTTP alone", "note")
    yield f'<path class="arrow" d="M{tests - 8} 28H{tests - 62}"/>' + _text(tests - 76, 22, "HTTP, starts", "note")
    yield (
        f'<rect class="data" x="{_MARGIN}" y="{bottom + 12:g}" width="{width - 2 * _MARGIN:g}" height="26" rx="5"/>'
        + _text(width / 2, bottom + 29, "spec, fixtures: data that both sides read, by mockserver.resources", "middle")
    )


def _notes(contracts: Sequence[Mapping[str, Any]], top: float) -> Iterator[str]:
    """Yield how to read it, and what the contracts forbid besides, below the second column."""
    forbidden = [contract["name"] for contract in contracts if contract["type"] == "forbidden"]
    notes = ["A package imports those of the layers below it, and none of another column.", "", *forbidden]
    left = _MARGIN + _COLUMNS[0][2] + _GAP
    yield from (_text(left, top + 18 * number, note, "note") for number, note in enumerate(notes) if note)


def _text(left: float, top: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{left:g}" y="{top:g}">{escape(text, quote=False)}</text>'


def _document(width: float, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        'aria-label="The packages of the project and their layers">'
    )
    marker = (
        '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto">'
        '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
    )
    page = f'<rect class="page" x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>'
    return "\n".join([head, f"<style>{_STYLE}</style>", marker, page, *parts, "</svg>"]) + "\n"
