"""The guide to generated clients: the commands of each section make one, and its program reads a mock."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import node
from tests.harness import running

GUIDE = (node.ROOT / "docs" / "how-to" / "generate-a-client.md").read_text(encoding="utf-8")
SECTIONS = dict(zip(*[iter(re.split(r"^## (.+)\n", GUIDE, flags=re.M)[1:])] * 2, strict=True))
IN_GUIDE = "http://127.0.0.1:8080"
TSC = ("--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler")
LIBRARIES = ("--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--types", "node")
ALL = "NOVAVMS_TEST_GENERATORS" in os.environ
#: The one of which every run of the tests shows that it takes the document; it needs neither Node nor much time.
SAMPLE = "openapi-python-client"


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running(fixture="acme") as mock:
        yield mock.base_url


def prepare(folder: Path, section: str, base_url: str) -> tuple[list[str], str]:
    """Write the files of a section, and return its commands and the name of its program."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    shutil.copy(node.ROOT / "spec" / "openapi.yaml", folder)
    files = re.findall(r"^```\w+\n(?:#|//) (\S+\.\w+)\n(.+?)^```", section, flags=re.M | re.S)
    for name, text in files:
        (folder / name).write_text(text.replace(IN_GUIDE, base_url))
    (commands,) = re.findall(r"^```sh\n(.+?)^```", section, flags=re.M | re.S)
    return commands.splitlines(), files[-1][0]


@pytest.mark.slow
@pytest.mark.skipif(not (ALL and node.has_node()), reason=f"tox -e generators runs it; {node.NO_NODE}")
@pytest.mark.parametrize("name", ["openapi-typescript and openapi-fetch", "Hey API", "orval"])
def test_a_client_in_typescript_is_generated_and_works(name: str, base_url: str, tmp_path: Path) -> None:
    (install, *commands), program = prepare(tmp_path, SECTIONS[name], base_url)
    (runner,) = re.findall(r"npx (tsx@\S+) ", GUIDE)
    node.install(tmp_path, *install.split()[2:], node.TYPESCRIPT, "@types/node@20", runner)
    for command in commands:
        node.run(tmp_path, *command.split())
    node.run(tmp_path, "npx", "tsc", *TSC, *LIBRARIES, program)
    assert re.search(r"^5 \[ 'url' \]$", node.run(tmp_path, "npx", "tsx", program), flags=re.M)


@pytest.mark.slow
@pytest.mark.parametrize("name", [SAMPLE, "datamodel-code-generator"])
def test_a_client_in_python_is_generated_and_works(name: str, base_url: str, tmp_path: Path) -> None:
    if name != SAMPLE and not ALL:
        pytest.skip("tox -e generators runs it")
    commands, program = prepare(tmp_path, SECTIONS[name], base_url)
    for command in (*commands, f"uv run --no-project {program}"):
        code, said = node.attempt(tmp_path, *command.split())
        if code and re.search(r"error sending request|dns error|[Cc]onnect|offline", said):
            pytest.skip("uv does not reach its registry")
        assert code == 0, said
    assert re.search(r"^5 \['url'\]$", said, flags=re.M)


def test_the_guide_has_five_generators() -> None:
    assert len(SECTIONS) == 5
