"""``novavms-contract waive``: writes waivers of known failures."""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from contract_tests.commands.exit_codes import CONFORMS, UsageError
from contract_tests.gate import signatures, waivers
from contract_tests.gate.waivers import Waiver
from contract_tests.outcomes import Outcome
from contract_tests.report import journal

_COMMENT_CHARS = 100


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("waive", help="write waivers of the failures of an earlier run")
    option = command.add_argument
    option("rules", nargs="+", metavar="RULE", help="the rules, or globs of them, whose failures are known")
    option("--from", dest="folder", type=Path, required=True, metavar="REPORT", help="the folder of that run's report")
    option("--until", type=_day, required=True, metavar="DATE", help="the last day on which it holds, as 2027-01-31")
    option("--reason", required=True, metavar="TEXT", help="why the failure is known and bearable")
    option("--owner", required=True, metavar="NAME", help="who answers for it")
    option("--link", default="", metavar="URL", help="where it is being worked on")
    option("--file", type=Path, default=Path("waivers.toml"), metavar="FILE", help="default: %(default)s")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Add an entry for each failing check, or renew it. Raises UsageError, ConfigError, JournalError."""
    if not options.reason.strip() or not options.owner.strip():
        raise UsageError("--reason and --owner must not be empty")
    if options.until < datetime.now(UTC).date():
        raise UsageError(f"--until {options.until}: is past; a waiver holds until a day to come")
    failed = [one for one in journal.read(options.folder).outcomes if one.failures]
    chosen = list(_chosen(options.rules, failed, options.folder))
    if options.file.exists():
        if not options.file.is_file():
            raise UsageError(f"--file {options.file}: is not a file")
        waivers.load(options.file)
    found = [*dict.fromkeys(_waiver(outcome, failure, options) for outcome in chosen for failure in outcome.failures)]
    _write(options.file, found, {each.signature: _comment(each, chosen) for each in found})
    for each in found:
        print(f"{options.file}: {each.rule} {each.check} until {each.until}")
    return CONFORMS


def _chosen(patterns: Sequence[str], failed: Sequence[Outcome], folder: Path) -> Iterator[Outcome]:
    for pattern in patterns:
        matching = [outcome for outcome in failed if fnmatch(outcome.rule.id, pattern)]
        if not matching:
            names = ", ".join(outcome.rule.id for outcome in failed) or "none does"
            raise UsageError(f"no rule {pattern!r} fails in {folder}; of those that it checked: {names}")
        yield from matching


def _waiver(outcome: Outcome, failure: dict[str, Any], options: argparse.Namespace) -> Waiver:
    signature = signatures.of(failure)
    return Waiver(
        outcome.rule.id, failure["test"], signature, options.owner, options.reason, options.until, options.link
    )


def _comment(waiver: Waiver, outcomes: Sequence[Outcome]) -> str:
    """Return what the failure was, for readers of the file."""
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    failure = next(each for each in failures if signatures.of(each) == waiver.signature)
    text = f"expected {failure['expected']}; got {signatures.normalised(str(failure['actual']))}"
    return " ".join(text.split())[:_COMMENT_CHARS]


def _write(path: Path, found: Sequence[Waiver], comments: dict[str, str]) -> None:
    """Write the file anew, with the comments and the order that it had. Raises UsageError."""
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
        rows = document.setdefault("waiver", tomlkit.aot())
        for waiver in found:
            row = next((each for each in rows if _same(each, waiver)), None)
            if row is None:
                row = tomlkit.table()
                row.add(tomlkit.comment(comments[waiver.signature]))
                rows.append(row)
            row.update({name: value for name, value in vars(waiver).items() if value != ""})
        _replace(path, tomlkit.dumps(document))
    except (OSError, TOMLKitError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _same(row: Any, waiver: Waiver) -> bool:
    return all(row.get(name) == getattr(waiver, name) for name in ("rule", "check", "signature"))


def _replace(path: Path, text: str) -> None:
    """Put the whole text in the place of the file, or of the one that it links to, at once; its mode stays."""
    place = path.resolve()
    written = place.with_name(f"{place.name}.new")
    try:
        written.write_text(text, encoding="utf-8")
        if place.exists():
            shutil.copymode(place, written)
        written.replace(place)
    finally:
        written.unlink(missing_ok=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, such as 2027-01-31") from None
