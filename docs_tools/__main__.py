"""``python -m docs_tools [FOLDER]``: builds the site in FOLDER/site; a dead link or anchor fails it.

So does a page that loads anything from another host.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs_tools import site

_LOADED = re.compile(
    r"""<(?:script|link|img|iframe|source|video)\b[^>]*?\s(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)"""
)


def main(folder: Path) -> int:
    """Build the site and return the exit code of the generator."""
    shutil.rmtree(folder, ignore_errors=True)
    configuration = site.write(folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", str(configuration)]
    done = subprocess.run(command, check=False)
    if done.returncode:
        return done.returncode
    loads = foreign_loads(folder / "site")
    print("\n".join(loads) or folder / "site" / "index.html")
    return 1 if loads else 0


def foreign_loads(site_folder: Path) -> list[str]:
    """Return what pages load from other hosts: scripts, styles, pictures, frames; links of a text are none."""
    return [
        f"{page}: loads {address}"
        for page in sorted(site_folder.rglob("*.html"))
        for address in _LOADED.findall(page.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/docs")))
