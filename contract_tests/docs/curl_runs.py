"""Runs the curl lines of pages against a mock that has the data of the documentation's examples."""

from collections.abc import Iterator, Sequence

from contract_tests.config import CONTROL_PREFIX, TargetConfig
from contract_tests.docs import reference
from contract_tests.docs.examples import request
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
                client.post(f"{CONTROL_PREFIX}/reset").raise_for_status()
                made = request(command.text)
                target = made.url.partition("://")[2].partition("/")[2]
                answer = client.request(made.method, f"/{target}", headers=made.headers, content=made.body)
                if operation and answer.status_code != operation.success:
                    yield _finding(section, command, operation, answer.status_code)


def _finding(section: Section, command: Text, operation: Operation, status: int) -> Finding:
    expected = section.response.status if section.response else operation.success
    page, other = f"expects {expected}", f"the mock answers {status}"
    listed = [row for row in section.errors or () if row.status == status and status in _OF_STATE]
    if listed:
        other += f", as its error table says: {listed[0].meaning}"
        return Finding(NOTE, command.place, f"{operation} curl", page, other)
    return contradiction(command.place, f"{operation} curl", page, other)
