import asyncio
import sys
from itertools import count
from types import ModuleType
from typing import Any

import pytest

from mockserver import resources
from mockserver.mutants.operators import patches
from mockserver.mutants.operators.patches import AnyFunction, Mutants, Original
from mockserver.openapi.document import Document
from mockserver.operations import registry

DOCUMENT = Document.load(resources.path("spec", "openapi.yaml"))
LIMITS: tuple[int, ...] = (1, 2, 3)
this_module = sys.modules[__name__]


def double(number: int) -> int:
    return 2 * number


async def triple(number: int) -> int:
    return 3 * number


class Sample:
    size = 1

    def shifted(self, number: int) -> int:
        return number + self.size

    @property
    def name(self) -> str:
        return f"sample of {self.size}"


def limits() -> tuple[int, ...]:
    return LIMITS


def importing_module() -> Any:
    """Return a module that has imported ``double`` by name."""
    module = ModuleType("importing_module")
    module.__dict__["double"] = double
    return module


def test_a_function_is_replaced_until_the_context_ends() -> None:
    with patches.around(double, lambda original, number: original(number) + 1).apply(DOCUMENT):
        assert double(5) == 11
    assert double(5) == 10


def test_a_method_is_replaced() -> None:
    with patches.around(Sample.shifted, lambda original, self, number: original(self, number) * 10).apply(DOCUMENT):
        assert Sample().shifted(1) == 20
    assert Sample().shifted(1) == 2


def test_a_property_is_replaced() -> None:
    with patches.around(Sample.name, lambda original, self: original(self).upper()).apply(DOCUMENT):
        assert Sample().name == "SAMPLE OF 1"
    assert Sample().name == "sample of 1"


def test_a_function_is_replaced_within_one_module_alone() -> None:
    module = importing_module()
    with patches.around(double, lambda original, number: 0, within=module).apply(DOCUMENT):
        assert (module.double(5), double(5)) == (0, 10)
    assert module.double is double


def test_a_function_that_its_module_does_not_hold_is_refused() -> None:
    module = importing_module()
    module.double = triple
    with pytest.raises(TypeError, match=r"importing_module\.double is not <function double"):
        patches.around(double, patches.nothing, within=module)


def test_a_result_is_changed_whether_or_not_it_is_awaited() -> None:
    with patches.returning(double, lambda number: number + 1).apply(DOCUMENT):
        assert double(5) == 11
    with patches.returning(triple, lambda number: number + 1).apply(DOCUMENT):
        assert asyncio.run(triple(5)) == 16


def test_a_constant_of_a_module_or_class_is_replaced() -> None:
    with patches.replaced(lambda: this_module.LIMITS, ()).apply(DOCUMENT):
        assert limits() == ()
    with patches.replaced(lambda: Sample.size, 7).apply(DOCUMENT):
        assert Sample().shifted(1) == 8
    assert (limits(), Sample.size) == ((1, 2, 3), 1)


def test_a_constant_of_an_argument_is_replaced() -> None:
    def size_of(owner: type[Sample]) -> patches.Patch:
        return patches.replaced(lambda: owner.size, 7)

    with size_of(Sample).apply(DOCUMENT):
        assert Sample.size == 7
    assert Sample.size == 1


def test_a_constant_is_changed_and_loses_values() -> None:
    with patches.constant(lambda: this_module.LIMITS, lambda found: found[::-1]).apply(DOCUMENT):
        assert limits() == (3, 2, 1)
    with patches.dropped(lambda: this_module.LIMITS, 1, 3).apply(DOCUMENT):
        assert limits() == (2,)
    assert limits() == (1, 2, 3)


def test_a_function_in_a_table_is_replaced() -> None:
    table = {"double": double}
    with patches.entry(table, "double", lambda original, number: original(number) + 1).apply(DOCUMENT):
        assert table["double"](5) == 11
    assert table == {"double": double}
    with pytest.raises(KeyError):
        patches.entry(table, "triple", patches.nothing)


def test_several_changes_are_made_together() -> None:
    both = patches.together(patches.returning(double, lambda number: -number), patches.replaced(lambda: Sample.size, 7))
    with both.apply(DOCUMENT):
        assert (double(5), Sample.size) == (-10, 7)
    assert (double(5), Sample.size) == (10, 1)


def test_an_occasional_defect_takes_effect_on_one_call_in_so_many() -> None:
    with patches.around(double, patches.occasionally(3, lambda original, number: 0)).apply(DOCUMENT):
        assert [double(5) for _ in range(6)] == [10, 10, 0, 10, 10, 0]


def test_another_function_is_called_with_the_same_arguments() -> None:
    with patches.around(double, patches.calling(triple)).apply(DOCUMENT):
        assert asyncio.run(double(5)) == 15  # type: ignore[arg-type]
    with patches.around(triple, patches.nothing).apply(DOCUMENT):
        assert not asyncio.run(triple(5))


def test_a_defect_with_a_state_is_made_again_for_each_activation() -> None:
    @patches.stateful
    def counting() -> AnyFunction:
        calls = count(1)
        return lambda original, number: next(calls)

    patch = patches.around(double, counting)
    for _ in range(2):
        with patch.apply(DOCUMENT):
            assert [double(5), double(5)] == [1, 2]


def test_a_decorated_defect_is_a_mutant() -> None:
    mutants = Mutants()

    @mutants.defect("GW-20/zero", "GW-21", of=double)
    def zero(original: Original, number: int) -> int:
        return 0

    found = mutants[0]
    assert (found.id, found.breaks) == ("GW-20/zero", ("GW-20", "GW-21"))
    with found.apply(DOCUMENT):
        assert double(5) == 0
    assert zero(double, 5) == 0  # type: ignore[operator]


def test_a_decorated_defect_replaces_an_operation_by_its_id() -> None:
    mutants, before = Mutants(), registry.OPERATIONS["getGateway"]

    @mutants.defect("GW-57/itself", of="getGateway")
    async def itself(original: Original, call: Any) -> Any:
        return {"original": original}

    with mutants[0].apply(DOCUMENT):
        operation: Any = registry.OPERATIONS["getGateway"]
        assert asyncio.run(operation(None)) == {"original": before}
    assert registry.OPERATIONS["getGateway"] is before


def test_an_operation_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        Mutants().defect("GW-57/nothing", of="getNothing")(patches.nothing)
