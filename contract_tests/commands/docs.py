"""``novavms-contract docs``: holds documentation pages against the OpenAPI document and the catalogue."""

import argparse
import json
from pathlib import Path
from typing import Any

from contract_tests.commands.exit_codes import CONFORMS, VIOLATIONS, UsageError

_MAX_PAGES = 50
_SEED = 1


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("docs", help="hold documentation pages against the OpenAPI document and the rules")
    option = command.add_argument
    option("pages", nargs="+", type=Path, metavar="PAGE", help="a page as text, Markdown or HTML")
    option("--old", type=Path, metavar="PAGE", help="an earlier version of the page: what changed, and for which rules")
    option("--run", dest="run_curl", action="store_true", help="make the calls of the curl lines on the packaged mock")
    option("--json", action="store_true", help="print the findings as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what the pages contradict. Raises UsageError, TargetError."""
    from contract_tests.docs import changes, comparison, curl_runs, reader, reference, report
    from contract_tests.docs.pages import PageError
    from contract_tests.processes.mock_process import packaged_mock

    if len(options.pages) > _MAX_PAGES:
        raise UsageError(f"{len(options.pages)} pages are too many; at most {_MAX_PAGES} at once")
    if options.old and len(options.pages) > 1:
        raise UsageError("--old is compared with one page; name one")
    try:
        pages = [reader.read(path, reference.known()) for path in options.pages]
        old = [reader.read(options.old, reference.known())] if options.old else []
    except PageError as error:
        raise UsageError(error) from None
    findings = comparison.compare(pages)
    for each in old:
        findings += changes.compare(each, pages[0])
    if options.run_curl:
        with packaged_mock(_SEED, fixture="acme") as mock:
            findings += curl_runs.run(pages, mock)
    if options.json:
        print(json.dumps(report.as_json(pages, findings), ensure_ascii=False))
    else:
        print("\n".join(report.lines(pages, findings)))
    return VIOLATIONS if any(finding.decides for finding in findings) else CONFORMS
