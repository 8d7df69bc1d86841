"""What is broken: the mutants, a module a topic, named as the file of its checks.

Each module has its mutants in MUTANTS, and each is found by being here.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from mockserver.mutants.operators.patches import Mutant


def mutants() -> Iterator[Mutant]:
    """Yield every mutant, topic by topic in alphabetical order."""
    for topic in iter_modules(__path__, f"{__name__}."):
        yield from import_module(topic.name).MUTANTS
