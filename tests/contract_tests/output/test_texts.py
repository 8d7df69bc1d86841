"""Texts of a target show what they contain, and do nothing else: not to a terminal, nor to a CI runner."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.output.texts import shorten, visible, without_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m\x00\ufffe", r"a\x1b[31m\x00\ufffe"),
        ("\x9b2J\x7f\r\n\t\x0b\x85", "\\x9b2J\\x7f\\x0d\n\t\\x0b\\x85"),
        ("\u202egnp\u2066\u061c\u200f\u2028\ud800\uffff", r"\u202egnp\u2066\u061c\u200f\u2028\ud800\uffff"),
        ("Zürich 😀 a\u200d≠", "Zürich 😀 a\u200d≠"),
        ("::error::x", r"\::error::x"),
        ("a\n \t\u00a0::set-output name=x::y", "a\n \t\u00a0\\::set-output name=x::y"),
        ("test_a.py::test_b", "test_a.py::test_b"),
        ("##[add-mask]a b##vso[task] ##teamcity[x] ## [y]", r"#\#[add-mask]a b#\#vso[task] #\#teamcity[x] ## [y]"),
        ("\r::error::x", r"\x0d::error::x"),
    ],
)
def test_what_cannot_be_seen_or_would_be_a_command_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@given(st.text(st.characters(codec=None)))
def test_every_visible_text_is_xml_and_has_no_command(text: str) -> None:
    shown = visible(text)
    element = ElementTree.Element("a", b=shown)
    element.text = shown
    found = ElementTree.fromstring(ElementTree.tostring(element))
    assert found.text == shown or not shown
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert not re.search(r"##\w*\[", shown)
    assert without_commands(shown) == shown


def test_a_long_text_is_cut_and_its_size_named() -> None:
    assert shorten("a b" * 100, 300) == "a b" * 100
    assert shorten("ab " * 1000, 9) == "ab ab ab … 3,000 characters in all"
    assert shorten("a" * 2_097_152) == "aaaa… 2,097,152 characters in all"


def test_no_part_of_a_secret_is_left_where_a_text_was_cut() -> None:
    text = f'{{"note": "{"x " * 100}", "echo": "9d2f61c07ab34e58"}}'
    cut = [shorten(text, length) for length in range(190, len(text))]
    assert not [one for one in cut if "9d2f6" in one and "9d2f61c07ab34e58" not in one]
    assert any("9d2f…" in one for one in cut)
