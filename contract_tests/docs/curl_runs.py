"""Runs the curl lines of pages against a mock that has the data of the documentation's examples."""

from collections.abc import Iterator, Sequence

import httpx

from contract_tests import document
from contract_tests.config import CONTROL_PREFIX, TargetConfig
from contract_tests.docs import reference
from contract_tests.docs.examples import Request, request
from contract_tests.docs.findings import NOTE, Finding, contradiction
from contract_tests.docs.statements import PageStatements, Section, Text
from contract_tests.document import Operation
from contract_tests.http import connections

#: Errors that a valid call meets by the state of the data; a page that lists them has said so.
_OF_STATE = (400, 404, 409, 410, 413)


def run(pages: Sequence[PageStatements], mock: TargetConfig) -> Iterator[Finding]:
    """Yield the commands that are not answered with the status of their section, each made on fresh data."""
    with connections.client(mock.base_url) as client:
        for section in (section for page in pages for section in page.operations):
            operation = reference.operation_of(section)
            for command in section.commands if operation else ():
                made = request(command.text)
                if operation is None or document.operation_at(made.method, made.path) != operation:
                    continue  # which is a finding already
                client.post(f"{CONTROL_PREFIX}/reset").raise_for_status()
                status = _status(client, made)
                if status != operation.success:
                    yield _finding(section, command, operation, status)


def _status(client: httpx.Client, made: Request) -> int | None:
    """Return the status of the answer, None if the request cannot be sent."""
    target = f"{made.path}?{made.url.query}" if made.url.query else made.path
    try:
        return client.request(made.method, target, headers=made.headers, content=made.body).status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None


def _finding(section: Section, command: Text, operation: Operation, status: int | None) -> Finding:
    expected = section.response.status if section.response else operation.success
    page, other = f"expects {expected}", f"the mock answers {status}" if status else "it cannot be sent"
    listed = [row for row in section.errors or () if row.status == status and status in _OF_STATE]
    if listed:
        other += f", as its error table says: {listed[0].meaning}"
        return Finding(NOTE, command.place, f"{operation} curl", page, other)
    return contradiction(command.place, f"{operation} curl", page, other)
