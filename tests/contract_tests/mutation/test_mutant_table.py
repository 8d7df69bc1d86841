from pathlib import Path

import pytest

from contract_tests.config import ConfigError
from contract_tests.mutation import mutant_table
from contract_tests.mutation.mutant_table import TableError


def test_what_the_driver_gets_is_the_mutant_or_its_id(tmp_path: Path) -> None:
    path = tmp_path / "mutants.toml"
    path.write_text(
        """
        [[mutant]]
        id = "SDK-22,SDK-23/never-repeated"
        mutant = "never"
        says = "No call is repeated."
        [[mutant]]
        id = "SDK-54/other-class"
        """
    )
    assert mutant_table.load(path) == {
        "SDK-22,SDK-23/never-repeated": "never",
        "SDK-54/other-class": "SDK-54/other-class",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a list of tables: [[mutant]]"),
        ("mutant = 3", "must be a list of tables: [[mutant]]"),
        ("mutant = []", "must be a list of tables: [[mutant]]"),
        ("rules = 1\n[[mutant]]\nid = 'SDK-21/x'", "'rules' is no key of a table of mutants"),
        (
            "[[mutant]]\nid = 'SDK-21/x'\nrule = 'x'",
            "mutant 1: 'rule' is no key of a mutant; these are: id, mutant, says",
        ),
        ("[[mutant]]\nid = 3", "mutant 1: id = 3 must be a text"),
        ("[[mutant]]\nid = 'SDK-21/x'\nmutant = ''", "mutant 1: mutant = '' must be a text"),
        ("[[mutant]]\nsays = 'x'", "mutant 1: id '' must begin with rules of the SDK and a slash, as SDK-21/never"),
        ("[[mutant]]\nid = 'EV-26/x'", "mutant 1: id 'EV-26/x' must begin with rules of the SDK"),
        (2 * "[[mutant]]\nid = 'SDK-21/x'\n", "mutant 2: id 'SDK-21/x' is that of an entry above"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mutants.toml"
    path.write_text(text)
    with pytest.raises(TableError) as caught:
        mutant_table.load(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"must be a table of mutants, a file such as mutants\.toml"):
        mutant_table.load(tmp_path / "mutants.py")
    with pytest.raises(ConfigError, match="No such file or directory"):
        mutant_table.load(tmp_path / "mutants.toml")
