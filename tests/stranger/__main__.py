"""``python -m tests.stranger``: serves a server until it is interrupted, and prints how to reach it as JSON."""

import argparse
import json
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.stranger.breaks import Break
from tests.stranger.choices import Choices, values
from tests.stranger.running import running


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        choices = Choices.named(options.choices, **dict(text.split("=", 1) for text in options.choose))
        breaks = [Break.named(name) for name in options.breaks]
    except (ValueError, TypeError) as error:
        parser.error(str(error))
    with running(choices, breaks, port=options.port) as server:
        if options.target_file:
            options.target_file.write_text(server.target_file(), encoding="utf-8")
        found = {"base_url": server.base_url, "tokens": server.tokens, "viewer_site_ids": server.site_ids}
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    names = "; ".join(f"{name}: {', '.join(found)}" for name, found in values().items())
    parser = argparse.ArgumentParser(prog="python -m tests.stranger", description=__doc__, epilog=names)
    option = parser.add_argument
    option("--choices", default="ours", help="ours, other, or a seed (default: %(default)s)")
    option("--choose", action="append", default=[], metavar="FIELD=VALUE", help="one choice; may be repeated")
    option("--break", dest="breaks", action="append", default=[], metavar="NAME", help="break a sentence")
    option("--port", type=int, default=0, help="port of 127.0.0.1; 0 picks a free one (default: %(default)s)")
    option("--target-file", type=Path, metavar="FILE", help="write a target file for novavms-contract run stranger")
    return parser


if __name__ == "__main__":
    main()
