"""Which rules a release of a version of the API must meet: sets in spec/requirements, frozen once published."""

import tomllib

from contract_tests.config import ConfigError, did_you_mean
from mockserver import resources


def names() -> list[str]:
    """Return the names of the sets, as ``v1.0``."""
    return sorted(path.stem for path in resources.path("spec", "requirements").glob("*.toml"))


def load(name: str) -> frozenset[str]:
    """Return the ids of the rules of a set. Raises ConfigError when there is none with this name."""
    if name not in names():
        closest = did_you_mean(name, names())
        raise ConfigError(f"--requirements {name}: is not one of {', '.join(names())}{closest}")
    path = resources.path("spec", "requirements", f"{name}.toml")
    return frozenset(tomllib.loads(path.read_text(encoding="utf-8"))["rules"])
