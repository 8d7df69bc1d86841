"""The TypeScript client: its own tests, its types, its README, and that what is generated is current."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

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
