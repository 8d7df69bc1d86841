"""``python -m docs_tools [FOLDER]``: builds the site in FOLDER/site; a dead link or anchor fails it."""

import shutil
import subprocess
import sys
from pathlib import Path

from docs_tools import site


def main(folder: Path) -> int:
    """Build the site and return the exit code of the generator."""
    shutil.rmtree(folder, ignore_errors=True)
    configuration = site.write(folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", str(configuration)]
    done = subprocess.run(command, check=False)
    if done.returncode == 0:
        print(f"{folder / 'site' / 'index.html'}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/docs")))
