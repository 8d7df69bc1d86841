"""Files of JSON lines that are being written."""

from pathlib import Path
from typing import Any

from contract_tests import jsonl
from contract_tests.jsonl import JsonlReader


def test_a_line_is_returned_once_and_when_it_is_complete(tmp_path: Path) -> None:
    reader, file = JsonlReader(tmp_path, "*.jsonl"), tmp_path / "a.jsonl"
    assert reader.lines() == []
    file.write_text('{"n": 1}\n{"n": 2')
    assert reader.lines() == [{"n": 1}]
    assert reader.lines() == []
    file.write_text('{"n": 1}\n{"n": 2, "text": "é"}\n{"n": 3}\n{')
    assert reader.lines() == [{"n": 2, "text": "é"}, {"n": 3}]


def test_files_are_read_in_the_order_of_their_names_and_only_those_that_match(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.log"):
        (tmp_path / name).write_text(f'{{"file": "{name}"}}\n', encoding="utf-8")
    assert JsonlReader(tmp_path, "*.jsonl").lines() == [{"file": "a.jsonl"}, {"file": "b.jsonl"}]


def test_rows_are_read_as_they_were_written_and_appended(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows: list[dict[str, Any]] = [{"n": 1}, {"text": "a\u2028b\u0085é\n"}, {"n": 3}]
    path.write_text(jsonl.dump(rows[:2]))
    jsonl.append(path, rows[2])
    assert jsonl.read(path) == rows
