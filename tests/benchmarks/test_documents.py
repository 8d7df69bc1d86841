"""The comparison of servers on other documents: what is counted, and that its page says what it found."""

import re
import sys
from pathlib import Path

from benchmarks import documents
from tests.mockserver.openapi import other_documents

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "mockserver", "serve", "--port", "{port}", "--spec", "{path}"]


def test_calls_answers_and_refusals_are_counted() -> None:
    path = next(path for path in other_documents.PATHS if path.stem == "03_bodies")
    found = documents.count(COMMAND, path, other_documents)
    calls, excluded = documents.of_document(path, other_documents)
    assert found == documents.Count(served=True, answered=calls, valid=calls, refused=excluded)
    text = documents.table({"x": {"mock": found, "other": documents.Count(served=False)}}, {"x": (calls, excluded)})
    assert f"| x | {calls} | {excluded} | {calls} | {calls} | {excluded} | - | - | - |" in text
    assert "mock 1, other 0" in text


def test_a_server_that_does_not_start_serves_nothing() -> None:
    command = [sys.executable, "-c", "raise SystemExit(1)"]
    assert documents.count(command, other_documents.PATHS[0], other_documents) == documents.Count(served=False)


def test_the_page_says_what_was_found() -> None:
    row = (ROOT / "benchmarks" / "results" / "documents.md").read_text(encoding="utf-8").split("| **all** |")[1]
    calls, _, answered, valid, _, _, other = re.findall(r"\d+", row)[:7]
    assert calls == answered == valid
    page = " ".join((ROOT / "docs" / "how-to" / "your-own-document.md").read_text(encoding="utf-8").split())
    assert f"of {calls} valid ones the mock answers {valid} validly, Prism {other}" in page
