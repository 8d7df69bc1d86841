import time
from typing import Any

import msgspec
import pytest

from mockserver.runtime import fault_list as fault_lists
from mockserver.runtime.fault_list import MAX_FAULTS, FaultList
from mockserver.runtime.faults import CallInfo, Effects, Fault, FaultError, Match, check

OPERATIONS = ("listEvents", "getEvent")
EVENT = "/api/v1/events/1"


def fault_list(*fractions: float) -> FaultList:
    """Return a FaultList that gets these random numbers."""
    values = iter(fractions)
    return FaultList(lambda: next(values))


def match(faults: FaultList, operation: str | None = "getEvent", method: str = "GET", path: str = EVENT) -> int | None:
    matched = faults.match(CallInfo(operation, method, path))
    return matched.id if matched else None


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"operation": "readEvents", "status": 500}, "operation"),
        ({"operation": "getEvent", "method": "GET", "path": EVENT, "status": 500}, "operation"),
        ({"operation": "getEvent", "path": EVENT, "status": 500}, "operation"),
        ({"status": 500, "drop": True}, "drop"),
        ({"drop": True, "truncate": 5}, "truncate"),
        ({"drop": True, "malformed": True}, "malformed"),
        ({"drop": True, "drip_ms": 5}, "drip_ms"),
        ({"truncate": 5, "drip_ms": 5}, "drip_ms"),
        ({"operation": "getEvent"}, "status"),
    ],
)
def test_contradictory_fault_is_refused_by_key(fault: dict[str, Any], key: str) -> None:
    with pytest.raises(FaultError, match=f"^{key}: ") as refused:
        check(Fault(**fault), OPERATIONS)
    assert refused.value.key == key
    assert str(refused.value) == f"{key}: {refused.value.text}"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"delay_ms": 5},
        {"jitter_ms": 5},
        {"drip_ms": 5, "status": 500},
        {"malformed": True, "drip_ms": 5},
        {"path": EVENT, "status": 500},
        {"method": "GET", "status": 500},
        {"delay_ms": 5, "drop": True},
        {"truncate": 0},
        {"operation": "getEvent", "status": 503},
        {"method": "GET", "path": EVENT, "drop": True},
    ],
)
def test_consistent_fault_is_accepted(fault: dict[str, Any]) -> None:
    check(Fault(**fault), OPERATIONS)


@pytest.mark.parametrize("status", [399, 600])
def test_status_of_a_fault_must_be_an_error(status: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"status": status}, Fault)


def test_without_faults_no_call_is_disturbed() -> None:
    assert match(fault_list()) is None


def test_fault_without_criteria_matches_every_call() -> None:
    faults = fault_list()
    faults.add(Fault(status=500))
    assert [match(faults), match(faults, None, "PUT", "/nowhere")] == [1, 1]


def test_fault_of_an_operation_matches_that_one_only() -> None:
    faults = fault_list()
    faults.add(Fault(operation="getEvent", status=500))
    assert [match(faults), match(faults, "listEvents"), match(faults, None)] == [1, None, None]


@pytest.mark.parametrize(
    ("template", "path", "matches"),
    [
        (EVENT, EVENT, True),
        ("/api/v1/events/{id}", EVENT, True),
        ("/api/v1/events/{id}", "/api/v1/events/", False),
        ("/api/v1/events/{id}", "/api/v1/events/1/more", False),
        ("/api/v1/{a}/{b}", EVENT, True),
        ("/api/v1/events", EVENT, False),
        ("/api/v.", "/api/v1", False),
        ("/api/v1/openapi.yaml", "/api/v1/openapiXyaml", False),
    ],
)
def test_path_may_be_literal_or_template(template: str, path: str, matches: bool) -> None:
    faults = fault_list()
    faults.add(Fault(method="GET", path=template, status=500))
    assert (match(faults, path=path) == 1) is matches
    assert match(faults, method="PUT", path=path) is None


def test_the_oldest_matching_fault_applies() -> None:
    faults = fault_list()
    faults.add(Fault(operation="listEvents", status=500))
    faults.add(Fault(status=501))
    faults.add(Fault(status=502))
    assert [match(faults, "listEvents"), match(faults, "getEvent")] == [1, 2]


def test_after_a_used_up_fault_the_next_one_applies() -> None:
    faults = fault_list()
    faults.add(Fault(status=500, times=2))
    faults.add(Fault(status=501))
    assert [match(faults) for _ in range(4)] == [1, 1, 2, 2]


def test_matches_are_counted_and_listed() -> None:
    faults = fault_list()
    faults.add(Fault(status=500, times=2))
    for _ in range(3):
        match(faults)
    assert faults.dump() == [Fault(id=1, status=500, times=2, matched=2)]


def test_fault_applies_to_random_numbers_below_its_probability() -> None:
    faults = fault_list(0.29, 0.3, 0.9, 0.0)
    faults.add(Fault(status=500, probability=0.3))
    assert [match(faults) for _ in range(4)] == [1, None, None, 1]
    assert faults.dump()[0].matched == 2


def test_fault_of_zero_probability_never_applies() -> None:
    faults = fault_list(0.0)
    faults.add(Fault(status=500, probability=0.0))
    assert match(faults) is None


def test_added_fault_gets_its_own_id() -> None:
    faults = fault_list()
    added = faults.add(Fault(id=9, status=500, matched=4))
    assert (added.id, added.matched) == (1, 0)
    faults.clear()
    assert faults.dump() == []
    assert faults.add(Fault(status=500)).id == 2


def test_restored_faults_continue_counting() -> None:
    faults = fault_list()
    faults.add(Fault(drop=True))
    faults.restore([Fault(id=7, status=500, times=2, matched=1)])
    assert [match(faults), match(faults)] == [7, None]
    assert faults.add(Fault(drop=True)).id == 8


def test_restoring_no_faults_removes_all() -> None:
    faults = fault_list()
    faults.add(Fault(drop=True))
    faults.restore([])
    assert match(faults) is None


@pytest.mark.parametrize(
    ("criteria", "matches"),
    [
        ({"org": "1"}, True),
        ({"org": "2"}, False),
        ({"actor": "Ann"}, True),
        ({"actor": "Bob"}, False),
        ({"headers": {"X-Trace": "7"}}, True),
        ({"headers": {"x-trace": "7", "accept": "*/*"}}, True),
        ({"headers": {"x-trace": "8"}}, False),
        ({"headers": {"x-trace": "7", "x-other": ""}}, False),
    ],
)
def test_a_fault_may_select_org_actor_and_headers(criteria: dict[str, Any], matches: bool) -> None:
    faults = fault_list()
    faults.add(Fault(status=500, **criteria))
    call = CallInfo("getEvent", "GET", EVENT, "1", "Ann", [(b"x-trace", b"7"), (b"accept", b"*/*")])
    assert (faults.match(call) is not None) is matches


def test_a_fault_lets_the_first_calls_pass() -> None:
    faults = fault_list()
    faults.add(Fault(operation="getEvent", status=500, after=2, times=1))
    assert [match(faults), match(faults, "listEvents"), match(faults), match(faults), match(faults)] == [
        None,
        None,
        None,
        1,
        None,
    ]
    assert faults.dump()[0].seen == 2


def test_jitter_is_random() -> None:
    faults = fault_list(0.5)
    assert faults.seconds(Fault(delay_ms=100, jitter_ms=400)) == pytest.approx(0.3)
    assert faults.seconds(Fault(delay_ms=100)) == pytest.approx(0.1)
    assert faults.seconds(Fault(status=500)) == 0


def test_restored_faults_are_matched_in_their_order_whatever_they_select() -> None:
    faults = fault_list()
    selections: list[dict[str, Any]] = [{"path": EVENT}, {}, {"operation": "getEvent"}, {"path": "/api/v1/events/{id}"}]
    faults.restore([Fault(id=number, status=500, times=1, **chosen) for number, chosen in enumerate(selections)])
    assert [match(faults) for _ in range(5)] == [0, 1, 2, 3, None]
    assert [fault.matched for fault in faults.dump()] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "selection",
    [
        lambda number: {"operation": "listEvents"},
        lambda number: {"path": f"/api/v1/events/{number}x"},
        lambda number: {"path": f"/api/v{number}/{{id}}"},
        lambda number: {"org": f"{number}x"},
        lambda number: {"org": f"{number}x", "operation": "getEvent"},
        lambda number: {"actor": f"{number}x"},
        lambda number: {"headers": {"x-trace": f"{number}x"}},
        lambda number: {"match": Match(headers={"x-trace": f"{number}x"})},
        lambda number: {"match": Match(org=f"{number}x", operation="getEvent")},
        lambda number: {"match": Match(path=f"/api/v{number}/{{id}}")},
        lambda number: {"operation": "getEvent", "times": 0},
    ],
)
def test_two_thousand_faults_of_other_calls_cost_a_call_less_than_a_millisecond(selection: Any) -> None:
    faults = fault_list()
    for number in range(2000):
        faults.add(Fault(status=500, **selection(number)))

    def seconds() -> float:
        started = time.perf_counter()
        assert faults.match(CallInfo("getEvent", "GET", EVENT, "1", "Ann", [(b"x-trace", b"7")])) is None
        return time.perf_counter() - started

    seconds()
    assert min(seconds() for _ in range(20)) < 0.001


def test_used_up_and_removed_faults_leave_nothing_in_the_index() -> None:
    faults = fault_list()
    for number in range(3):
        faults.add(Fault(match=Match(org=str(number), operation="getEvent"), status=500, times=1))
    assert faults.match(CallInfo("getEvent", "GET", EVENT, "0")) is not None
    faults.remove([2, 3, 99])
    assert ([fault.id for fault in faults.dump()], faults._index) == ([1], {})
    assert faults.add(Fault(status=500)).id == 4


def test_size_of_all_faults_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_lists, "MAX_FAULTS_BYTES", 300)
    faults, large = fault_list(), Fault(path="/" + "x" * 200, status=500)
    added = faults.add(large)
    with pytest.raises(FaultError, match="at most 300 bytes"):
        faults.add(large)
    faults.remove([added.id])
    faults.restore([faults.add(large)])
    with pytest.raises(FaultError, match="at most 300 bytes"):
        faults.add(large)


def test_a_sequence_ends_after_its_last_step_or_begins_again() -> None:
    steps = (Effects(status=503), Effects(), Effects(drop=True))
    for times, calls in ((None, 3), (4, 4), (2, 2)):
        faults = fault_list()
        faults.add(Fault(sequence=steps, times=times))
        found = [faults.match(CallInfo("getEvent", "GET", EVENT)) for _ in range(5)]
        assert [fault.effects() for fault in found if fault] == [*steps, *steps][:calls]
        assert found[calls:] == [None] * (5 - calls)


def test_number_of_faults_is_bounded() -> None:
    faults = fault_list()
    faults.restore([Fault(id=number, drop=True) for number in range(MAX_FAULTS)])
    with pytest.raises(FaultError, match="10,000 faults already"):
        faults.add(Fault(drop=True))
