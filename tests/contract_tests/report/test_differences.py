"""Expected and actual beside each other: on several lines, marked where they differ, never longer than a bound."""

import json

import pytest

from contract_tests.report.differences import MAX_CHARS, MAX_LINES, bounded, indented, parts


def marked(expected: str, actual: str) -> tuple[list[str], list[str]]:
    left, right = parts(expected, actual)
    return [part.text for part in left if part.differs], [part.text for part in right if part.differs]


def test_what_differs_is_marked_on_both_sides() -> None:
    assert marked("name 'Warehouse A' in both", "name 'Warehouse B' in both") == (["A"], ["B"])
    assert marked("(False, False)", "(False, True)") == (["False"], ["True"])


def test_texts_with_little_in_common_have_only_their_status_marked() -> None:
    assert marked("400 validation_error", '404 {"error": "not_found"}') == (["400"], ["404"])
    assert marked("400 validation_error", '400 {"error": "not_found"}') == (
        ["validation_error"],
        ['{"error": "not_found"}'],
    )
    assert marked("a refusal", "something else entirely") == ([], [])


def test_the_parts_of_a_text_are_the_text() -> None:
    texts = ("a list of 20 objects, the first with  two spaces", "a list of 19 objects, the last with  two spaces")
    assert tuple("".join(part.text for part in side) for side in parts(*texts)) == texts


def test_long_texts_are_not_compared() -> None:
    assert marked("word " * 500 + "end", "word " * 500 + "END") == ([], [])


def test_structured_texts_have_a_line_for_each_field() -> None:
    body = {"id": "e9aeaf66-e0b4-5dca-aacd-4d8a1d36952d", "name": "a, [b] {c}", "tags": ["x", "y"], "more": {"n": 1}}
    assert indented(f"200 {json.dumps(body)}").splitlines() == [
        "200 {",
        '  "id": "e9aeaf66-e0b4-5dca-aacd-4d8a1d36952d",',
        '  "name": "a, [b] {c}",',
        '  "tags": ["x", "y"],',
        '  "more": {"n": 1}',
        "}",
    ]
    assert json.loads(indented(json.dumps(body))) == body


def test_a_text_whose_end_is_missing_and_the_repr_of_a_value_are_structured_too() -> None:
    text = "{'id': 'e9aeaf66-e0b4-5dca-aacd-4d8a1d36952d', 'it': \"it's\", 'list': [1, 2], 'created': '2026-11-"
    assert indented(text).splitlines() == [
        "{",
        "  'id': 'e9aeaf66-e0b4-5dca-aacd-4d8a1d36952d',",
        "  'it': \"it's\",",
        "  'list': [1, 2],",
        "  'created': '2026-11-",
    ]


@pytest.mark.parametrize("text", ["", "prose, with a comma", "no next_cursor", "caller's org, not another's", '"'])
def test_prose_is_left_as_it_is(text: str) -> None:
    assert indented(text) == text


def test_deep_and_hostile_texts_take_no_time() -> None:
    for text in ("[" * 4000, '{"' * 2000, "'" * 4000, "]" * 4000, '"\\' * 2000):
        assert len(bounded(text)) < 2 * MAX_CHARS


def test_a_text_is_cut_to_its_first_characters_and_lines() -> None:
    assert bounded("x" * 9000).endswith("… 9,000 characters in all")
    body = f"200 {json.dumps([{'name': 'x' * 30, 'tags': ['a', 'b']}] * 500)}"
    assert bounded(body).splitlines()[-1] == f"… {len(body):,} characters in all"
    for first in (body[:999], body[:4000]):
        assert bounded(f"{first}… 8,640 characters in all").endswith("… 8,640 characters in all")
    lines = bounded("x\n" * 500).splitlines()
    assert (len(lines), lines[-1]) == (MAX_LINES + 1, "… 1,000 characters in all")
