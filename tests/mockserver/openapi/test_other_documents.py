"""Documents of other people are served: valid calls get documented and valid answers, others are refused."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness import running
from tests.mockserver.openapi.other_documents import PATHS, Call, Oracle, calls

EACH_DOCUMENT = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_there_are_thirty_documents() -> None:
    assert len(PATHS) >= 30


@EACH_DOCUMENT
def test_document_is_served_as_it_says(path: Path) -> None:
    oracle, wrong, called = Oracle(path), [], set()
    with running(spec=str(path), strict_responses=False) as mock, mock.client() as client:
        for call in calls(path):
            response = call.send(client)
            if call.refused:
                wrong += [f"{call.call}: {response.status_code}"] * (response.status_code != 400)
                continue
            template = oracle.operation_of(call.method, call.path.partition("?")[0])
            called.add((call.method, template))
            found = [f"{call.call} {call.type}: {text}" for text in oracle.problems(call.method, template, response)]
            wrong += found or [f"{call.call} {call.type}: {text}" for text in differences(call, response)]
    assert wrong == []
    assert called == {(method, template) for method, template, _, _ in oracle.operations()}


def differences(call: Call, response: httpx.Response) -> list[str]:
    """Return how an answer differs from what its call expects beside the document."""
    pairs: list[tuple[str, Any, Any]] = [("status", response.status_code, call.status)]
    pairs += [("content type", response.headers.get("content-type"), call.answer_type)] if call.answer_type else []
    pairs += [(name, response.headers.get(name), text) for name, text in call.answer_headers.items()]
    if call.body_is is not None:
        pairs.append(("body", response.text if isinstance(call.body_is, str) else response.json(), call.body_is))
    return [f"{name} {came!r}, not {right!r}: {response.text[:200]}" for name, came, right in pairs if came != right]
