import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stranger.breaks import Break
from tests.stranger.choices import Choices
from tests.stranger.running import Running, running
from tests.stranger.sentences import SENTENCES

RULES = Path(__file__).parents[2] / "spec" / "rules"
CHOICES = ("ours", "other", "3")


@pytest.fixture(scope="module", params=CHOICES)
def correct(request: pytest.FixtureRequest) -> Iterator[Running]:
    """A server that breaks nothing."""
    with running(Choices.named(request.param)) as server:
        yield server


@pytest.mark.parametrize("sentence", Break, ids=lambda sentence: sentence.text)
def test_a_correct_server_keeps_the_sentence(correct: Running, sentence: Break) -> None:
    assert SENTENCES[sentence](correct)


@pytest.mark.parametrize("choices", CHOICES[:2])
@pytest.mark.parametrize("sentence", Break, ids=lambda sentence: sentence.text)
def test_a_server_that_breaks_the_sentence_shows_it(choices: str, sentence: Break) -> None:
    with running(Choices.named(choices), [sentence]) as server:
        assert not SENTENCES[sentence](server)


def test_every_break_names_a_rule_of_the_catalogue() -> None:
    files = [tomllib.loads(file.read_text(encoding="utf-8")) for file in RULES.glob("*.toml")]
    strengths = {rule["id"]: rule.get("strength") for content in files for rule in content["rule"]}
    assert {strengths.get(sentence.value.rule) for sentence in Break} <= {"stated", "example", "derived"}


def test_every_break_has_a_name_on_the_command_line() -> None:
    assert [Break.named(sentence.text) for sentence in Break] == list(Break)
    with pytest.raises(ValueError, match="'nonsense' is not one of foreign-event-listed"):
        Break.named("nonsense")
