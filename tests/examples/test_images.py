"""The image and the composed services: pinned, without root, with a health check."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests import config

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: Any = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
PINNED = re.compile(r"\S+:\d+\.\d+\S*")


@pytest.mark.skipif(not shutil.which("hadolint"), reason="hadolint is not installed")
def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    done = subprocess.run(["hadolint", str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_images_are_pinned_and_run_without_root() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(set(bases)) == 1
    assert all(PINNED.fullmatch(image) for image in (*bases, COMPOSE["services"]["database"]["image"]))
    final = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER [1-9]\d+$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)


def test_all_that_the_image_copies_is_there_and_not_ignored() -> None:
    copied = [name for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()]
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [name for name in copied if not (ROOT / name).exists() or f"!{name}" not in kept] == []


def test_services_keep_to_what_they_need() -> None:
    for name, service in COMPOSE["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        if name != "database":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
    assert COMPOSE["services"]["database"]["healthcheck"]


def test_the_target_file_of_the_suite_is_one(tmp_path: Path) -> None:
    assert config.load(ROOT / "examples" / "docker" / "targets.toml")["mock"].actors.keys() >= {"owner", "viewer"}
