"""Makes mutants of operators: each is an effect, applied to one verb of one client after the other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from mutants.generated.effects import Effect, on
from mutants.generated.verbs import Verb, alternating
from mutants.patches import Mutant

T = TypeVar("T")
#: The forms of an operator: for each name, the rules that it breaks and what it does.
Forms = Mapping[str, tuple[str, Effect]]


def named(operator: str, rules: str, what: object) -> str:
    """Return the id of a mutant: the rules that it breaks, the operator, and where it is applied."""
    return f"{rules}/{operator}:{what}"


def each_verb(
    operator: str, shift: int, forms: Forms | Callable[[Verb], Forms], condition: Callable[[Verb], bool] = bool
) -> dict[str, Mutant]:
    """Return a mutant for every verb that meets a condition, with one of its forms after the other.

    ``shift`` is 0 or 1: with which client the first verb is changed.
    """
    made: dict[str, Mutant] = {}
    for number, verb in enumerate(filter(condition, alternating(shift))):
        known = forms(verb) if callable(forms) else forms
        form, (rules, effect) = _one_of(list(known.items()), number)
        made[named(operator, rules, f"{verb}:{form}")] = on(verb, effect)
    return made


def each_form(operator: str, verbs: Iterable[Verb], forms: Callable[[Verb], Forms]) -> dict[str, Mutant]:
    """Return a mutant for every form of every one of the verbs."""
    return {
        named(operator, rules, f"{verb}:{form}"): on(verb, effect)
        for verb in verbs
        for form, (rules, effect) in forms(verb).items()
    }


def _one_of(values: Sequence[T], number: int) -> T:
    return values[number // 2 % len(values)]
