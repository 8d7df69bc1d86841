"""Following the tutorial: what differs from the page is noticed, and a virtual environment stays activated."""

from pathlib import Path

import pytest

from docs_tools import new_user, tutorial
from docs_tools.new_user import Different
from docs_tools.tutorial import Step


def follow(folder: Path, *steps: Step) -> list[str]:
    return [row.section for row in new_user._terminal(steps, folder, "http://127.0.0.1:1")]


def test_steps_that_print_what_the_page_says_are_timed(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "activate").write_text("NAME=yard", encoding="utf-8")
    activating = Step("1. Install", "true\n. .venv/bin/activate", "")
    asking = Step("2. Ask", f'echo "$NAME at {tutorial.SHOWN}, today"', f"yard at {tutorial.SHOWN}, …")
    assert follow(tmp_path, activating, asking) == ["1. Install", "2. Ask"]


@pytest.mark.parametrize("step", [Step("1. Ask", "echo a", "b"), Step("1. Install", "echo wrong >&2; false", "")])
def test_a_step_that_does_something_else_is_named(step: Step, tmp_path: Path) -> None:
    with pytest.raises(Different, match=r"1\. (Ask|Install)\necho"):
        follow(tmp_path, step)


def test_the_page_serves_once_and_ends_in_a_second_terminal() -> None:
    serving = [number for number, step in enumerate(tutorial.steps()) if step.commands.startswith(new_user._SERVE)]
    assert len(serving) == 1
    assert tutorial.steps()[serving[0] + 1].commands == new_user._ACTIVATE
