"""The sources of the site: which file becomes which page, its links, and the navigation."""

import json
import os
import posixpath
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from docs_tools import command_lines, control_plane, how_to_index, rule_pages
from docs_tools.markdown import bars_in_code, links, outside_code, title

ROOT = Path(__file__).parents[1]
#: Pages of the site that are elsewhere in the project.
_ELSEWHERE = {
    "ARCHITECTURE.md": "explanation/architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "clients/node/README.md": "how-to/node-tests.md",
    "clients/typescript/README.md": "how-to/typescript-client.md",
    "examples/gate/README.md": "how-to/gate-example.md",
    "examples/python-tests/README.md": "how-to/python-tests-example.md",
}
#: Files that a page of the site replaces: links to them lead there.
_REPLACED = {"sdk/README.md": "sdk/index.md"}
_FIGURES = "benchmarks/results"
_PICTURES = "docs/pictures"
_SECTIONS = {
    "How-to": "how-to",
    "Python SDK": "sdk",
    "Reference": "reference",
    "Rules": "reference/rules",
    "Explanation": "explanation",
}
_SINGLE = ("index.md", "tutorial.md")
_LAST = ("other-tools.md", "comparison.md", "contributing.md", "changelog.md")


def copied() -> dict[str, str]:
    """Return the page that each file of the project becomes: every Markdown file of ``docs`` and some others."""
    own = {f"docs/{path}": path for path in _markdown("docs")}
    figures = {f"{_FIGURES}/{path}": f"figures/{path}" for path in _markdown(_FIGURES)}
    return {**own, **figures, **{source: page for source, page in _ELSEWHERE.items() if (ROOT / source).exists()}}


def pictures() -> dict[str, str]:
    """Return the place on the site of each picture."""
    return {f"{_PICTURES}/{path.name}": f"pictures/{path.name}" for path in sorted((ROOT / _PICTURES).iterdir())}


def _markdown(folder: str) -> Iterable[str]:
    return sorted(path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob("*.md"))


def pages() -> dict[str, str]:
    """Return the text of every page by its path on the site."""
    generated = {
        **command_lines.pages(),
        "reference/control-plane.md": control_plane.page(),
        **rule_pages.pages(),
    }
    sources = copied()
    listed = {how_to_index.PATH, *generated}
    known = {**sources, **_REPLACED, **pictures(), **{f"docs/{page}": page for page in listed}}
    read = {page: _copy(source, page, known) for source, page in sources.items()}
    found = {**read, **generated, how_to_index.PATH: how_to_index.page(read)}
    return {page: outside_code(text, bars_in_code) for page, text in found.items()}


def _copy(source: str, page: str, known: Mapping[str, str]) -> str:
    """Return a file as a page: links to other pages lead there, those to other files of the project are their text."""

    def link(brackets: str, address: str) -> str:
        target, mark, anchor = address.partition("#")
        if not target or "://" in target or target.startswith("mailto:"):
            return f"{brackets}({address})"
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if file in known:
            return f"{brackets}({posixpath.relpath(known[file], posixpath.dirname(page) or '.')}{mark}{anchor})"
        return brackets[1:-1] if (ROOT / file).exists() else f"{brackets}({address})"

    text = (ROOT / source).read_text(encoding="utf-8")
    return outside_code(text, lambda part: links(part, link))


def navigation(found: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the navigation: single pages, and sections that take up every page of their folder."""
    entries: list[dict[str, object]] = [{title(found[page]): page} for page in _SINGLE if page in found]
    for name, folder in _SECTIONS.items():
        own = [page for page in found if posixpath.dirname(page) == folder]
        own.sort(
            key=lambda page: (not page.endswith("index.md"), how_to_index.position(page), title(found[page]).lower())
        )
        entries.append({name: [{title(found[page]).removeprefix(f"{name}: "): page} for page in own]})
    entries.append({"Figures": [{title(found[page]): page} for page in sorted(found) if page.startswith("figures/")]})
    entries += [{title(found[page]): page} for page in _LAST if page in found]
    return entries


def write(folder: Path) -> Path:
    """Write the sources into a folder and return the configuration of the generator, which lies there too."""
    found = pages()
    for page, text in found.items():
        place = folder / "pages" / page
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / _PICTURES, folder / "pages" / "pictures")
    configuration = folder / "zensical.toml"
    configuration.write_text(_configuration(navigation(found)), encoding="utf-8")
    return configuration


def _configuration(entries: list[dict[str, object]]) -> str:
    lines = [
        "[project]",
        'site_name = "NovaVMS contract"',
        'docs_dir = "pages"',
        'site_dir = "site"',
        f"nav = {_toml(entries)}",
        "[project.theme]",
        "font = false  # no font of another host",
        'features = ["content.code.copy", "navigation.indexes", "navigation.top", "search.highlight"]',
    ]
    for scheme, other, media in (("default", "dark", "light"), ("slate", "light", "dark")):
        icon = "sun" if scheme == "default" else "moon"
        lines += ["[[project.theme.palette]]", f'media = "(prefers-color-scheme: {media})"', f'scheme = "{scheme}"']
        lines.append(f'toggle = {{ icon = "lucide/{icon}", name = "Switch to the {other} colours" }}')
    return os.linesep.join([*lines, ""])


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)
