"""Lines of JSON that are being written."""

from pathlib import Path

from contract_tests.jsonl import Tail


def test_a_line_is_handed_out_once_and_when_it_is_whole(tmp_path: Path) -> None:
    tail, file = Tail(tmp_path, "*.jsonl"), tmp_path / "a.jsonl"
    assert tail.lines() == []
    file.write_text('{"n": 1}\n{"n": 2')
    assert tail.lines() == [{"n": 1}]
    assert tail.lines() == []
    file.write_text('{"n": 1}\n{"n": 2, "text": "é"}\n{"n": 3}\n{')
    assert tail.lines() == [{"n": 2, "text": "é"}, {"n": 3}]


def test_files_are_read_in_the_order_of_their_names_and_only_those_that_match(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.log"):
        (tmp_path / name).write_text(f'{{"file": "{name}"}}\n', encoding="utf-8")
    assert Tail(tmp_path, "*.jsonl").lines() == [{"file": "a.jsonl"}, {"file": "b.jsonl"}]
