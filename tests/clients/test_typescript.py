"""The TypeScript client: its own tests, types, README, what is generated, and the suite with its driver."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests import catalogue
from tests import node
from tests.harness import running

SOURCES = node.ROOT / "clients" / "typescript"
README = (SOURCES / "README.md").read_text(encoding="utf-8")
OPENAPI = node.ROOT / "spec" / "openapi.yaml"
IN_README = "http://127.0.0.1:8080"
ALL = "NOVAVMS_TEST_GENERATORS" in os.environ
needs_node = pytest.mark.skipif(not (ALL and node.has_node()), reason=f"tox -e sdk runs it; {node.NO_NODE}")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the client, built."""
    folder = tmp_path_factory.mktemp("project") / "clients" / "typescript"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (folder.parents[1] / "spec").mkdir()
    shutil.copy(OPENAPI, folder.parents[1] / "spec")
    node.install(folder)
    return folder


@needs_node
@pytest.mark.slow
def test_the_client_does_what_its_own_tests_say(package: Path) -> None:
    assert "# fail 0" in node.run(package, "node", "--test", "--test-reporter", "tap", *_tests(package))


@needs_node
@pytest.mark.slow
def test_type_checkers_take_what_they_should_and_nothing_else(package: Path) -> None:
    node.run(package, "npx", "tsc", "-p", "test")


@needs_node
@pytest.mark.slow
def test_the_generated_types_are_current(package: Path) -> None:
    node.run(package, "npm", "run", "generate")
    made = (package / "src" / "schema.ts").read_text()
    assert made == (SOURCES / "src" / "schema.ts").read_text(), "npm run generate, in clients/typescript"


@needs_node
@pytest.mark.slow
def test_the_readme_says_what_works(package: Path, base_url: str) -> None:
    blocks = re.findall(r"^```js\n(.+?)^```", README, flags=re.M | re.S)
    for number, block in enumerate(blocks):
        (package / f"block{number}.mjs").write_text(block.replace(IN_README, base_url))
        node.run(package, "node", f"block{number}.mjs")
    assert len(blocks) == 3


@needs_node
@pytest.mark.slow
def test_what_is_packed_is_the_compiled_client(package: Path) -> None:
    (packed,) = json.loads(_output(package, "npm", "pack", "--json", "--ignore-scripts"))
    names = {file["path"] for file in packed["files"]}
    assert {"package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"} <= names
    assert {name for name in names if "/" in name and not name.startswith("dist/")} == set()


@needs_node
@pytest.mark.slow
def test_the_suite_finds_that_it_keeps_every_rule_that_a_driver_shows(package: Path) -> None:
    code, said = checked(package, "--strict")
    assert code == 0, said
    assert re.search(r"\d+ pass", said)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("table", ["mutants.toml", "breakages.toml"])
def test_every_change_of_a_table_is_noticed(package: Path, table: str, tmp_path: Path) -> None:
    code, said = checked(package, "--kill", str(package / table), "--report", str(tmp_path))
    assert code == 0, said
    report = json.loads((tmp_path / "report.json").read_text())
    assert [row["id"] for row in report["mutants"] if row["outcome"] != "killed"] == []
    assert len(report["mutants"]) == len(rows(table))


@needs_node
@pytest.mark.slow
def test_a_breakage_is_a_violation(package: Path, tmp_path: Path) -> None:
    (null_left_out, *_) = rows("breakages.toml")
    change = tmp_path / "change"
    change.write_text(null_left_out["mutant"])
    code, said = checked(package, "--rules", "SDK-31", change=change)
    assert code == 1
    assert "SDK-31 FAIL" in said


def test_breakages_are_of_rules_that_decide() -> None:
    known = catalogue.load().rules
    breakages = [row["id"].partition("/")[0].split(",") for row in rows("breakages.toml")]
    assert len(breakages) == 12
    assert {known[rule].strength for rules in breakages for rule in rules} == {"stated"}


def checked(package: Path, *options: str, change: Path | None = None) -> tuple[int, str]:
    """Check the client by its driver, and return the exit code and output."""
    driver = ["node", str(package / "driver.mjs"), *(["--change", str(change)] if change else [])]
    return node.attempt(package, "novavms-contract", "sdk", "--driver", shlex.join(driver), *options, minutes=30)


def rows(table: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads((SOURCES / table).read_text(encoding="utf-8"))["mutant"]
    return found


@pytest.fixture
def base_url() -> Iterator[str]:
    with running(fixture="acme") as mock:
        yield mock.base_url


def test_its_version_is_that_of_the_document() -> None:
    version = document()["info"]["version"]
    assert json.loads((SOURCES / "package.json").read_text())["version"] == version
    assert f"VERSION = '{version}'" in (SOURCES / "src" / "version.ts").read_text()


def test_it_needs_one_package_and_every_package_is_pinned() -> None:
    manifest = json.loads((SOURCES / "package.json").read_text())
    assert list(manifest["dependencies"]) == ["openapi-fetch"]
    assert all(re.fullmatch(r"[\d.]+", of) for of in (manifest["dependencies"] | manifest["devDependencies"]).values())


@pytest.mark.parametrize("file", ["src/casing.ts", "driver_names.mjs"])
def test_the_fields_whose_keys_are_data_are_those_of_the_document(file: str) -> None:
    (found,) = re.findall(r"MAPS = \[(.+?)\]", (SOURCES / file).read_text())
    assert set(re.findall(r"'(\w+)'", found)) == set(_maps(document()["components"]["schemas"]))


@cache
def document() -> Any:
    return yaml.load(OPENAPI.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _maps(schemas: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the fields that are maps, but for those of the document itself."""
    for name, schema in schemas.items():
        for field, of in schema.get("properties", {}).items():
            inner = schemas[of["$ref"].rpartition("/")[2]] if "$ref" in of else of
            if name != "OpenapiDocument" and inner.get("additionalProperties"):
                yield field


def _tests(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in sorted((folder / "test").glob("*.test.mjs"))]


def _output(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
