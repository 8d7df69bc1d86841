"""Operations of other pages: a target may lack them, which is told from the 404 of an object that does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from contract_tests.actors import Actor, Answer
from contract_tests.shared_target.served import ServedOperations
from contract_tests.verdicts import NotServed
from contract_tests.world import API

CAMERAS, RULES, LOGIN, ALERTS = f"{API}/cameras", f"{API}/alert-rules", f"{API}/auth/login", f"{API}/alerts"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
ROWS = b'{"data": [{"id": "r1"}]}'


@dataclass
class Caller:
    """A caller of a target that answers some calls as given, and all others with 404."""

    answers: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def call(self, method: str, path: str) -> Answer:
        self.made.append(f"{method} {path}")
        status, body = self.answers.get(f"{method} {path}", (404, b"{}"))
        return Answer(status, {}, body)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)


def is_served(call: str, status: int = 404, **others: Caller) -> bool:
    """Whether a target has the operation of a call that it answered so; ``others`` are those who may ask there."""
    method, path = call.split()
    actors: list[Actor] = list(others.values())  # type: ignore[arg-type]
    try:
        ServedOperations(lambda: actors).require(method, path, Answer(status, {}, b"{}"))
    except NotServed:
        return False
    return True


@pytest.mark.parametrize("call", [f"GET {CAMERAS}", f"POST {CAMERAS}", f"GET {CAMERAS}/c1", f"POST {LOGIN}"])
def test_what_gets_404_from_everybody_is_not_served(call: str) -> None:
    assert not is_served(call, viewer=Caller(), owner=Caller())


@pytest.mark.parametrize("call", ["GET /api/v1/events", f"PATCH {RULES}/r1", "DELETE /api/v1/gateways/g1"])
@pytest.mark.parametrize("status", [404, 405])
def test_what_an_endpoint_page_documents_has_to_be_served(call: str, status: int) -> None:
    assert is_served(call, status, owner=Caller())


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403])
def test_any_other_answer_shows_that_an_operation_is_served(status: int) -> None:
    assert is_served(f"GET {CAMERAS}", status, owner=Caller())


def test_a_405_says_that_the_operation_is_missing() -> None:
    assert not is_served(f"PATCH {ALERTS}/a1", 405, owner=Caller({f"GET {CAMERAS}": (200, ROWS)}))


def test_a_list_that_one_caller_may_read_is_served() -> None:
    assert is_served(f"GET {CAMERAS}", viewer=Caller(), owner=Caller({f"GET {CAMERAS}": (200, ROWS)}))
    assert is_served(f"GET {CAMERAS}", owner=Caller({f"GET {CAMERAS}": (403, b"{}")}))


def test_single_reads_are_served_if_an_object_of_the_list_can_be_read() -> None:
    listed = {f"GET {RULES}": (200, ROWS)}
    assert not is_served(f"GET {RULES}/r9", owner=Caller(listed))
    assert is_served(f"GET {RULES}/r9", owner=Caller({**listed, f"GET {RULES}/r1": (200, b"{}")}))


@pytest.mark.parametrize(("other_method", "served"), [(405, True), (404, False)])
def test_a_write_is_served_if_a_method_that_is_not_offered_is_answered_otherwise(
    other_method: int, served: bool
) -> None:
    caller = Caller({f"POST {ALERTS}/{UNKNOWN}": (other_method, b"{}")})
    assert is_served(f"PATCH {ALERTS}/a1", owner=caller) is served
    assert caller.made == [f"POST {ALERTS}/{UNKNOWN}"]
    listed = Caller({f"GET {CAMERAS}": (200, ROWS), f"PUT {CAMERAS}": (other_method, b"{}")})
    assert is_served(f"POST {CAMERAS}", owner=listed) is served


def test_a_target_is_asked_once() -> None:
    caller = Caller()
    served = ServedOperations(lambda: [caller])  # type: ignore[list-item]
    for _ in range(3):
        with pytest.raises(NotServed, match=f"GET {CAMERAS}: not served here"):
            served.require("GET", CAMERAS, Answer(404, {}, b"{}"))
    assert caller.made == [f"GET {CAMERAS}"]
