"""Writes whose answer was lost: made again once reading shows that this has the effect of making them once."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, NotReached, Recorder
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.http.bodies import CookielessClient
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.world import ALERTS, GATEWAYS, RULES

CONFIG = TargetConfig("it", "http://x", actors={"operator": ActorConfig("sk_live_o"), "viewer": ActorConfig("sk_v")})
LISTS = (RULES, GATEWAYS, ALERTS)
NEW = {"name": "ct1-0 rule 1", "trigger_type": "ai_tag", "custom_tags": ["ct1-0 tag"]}


class Api:
    """Rules, gateways and alerts by path.

    ``lose`` are the calls whose next answer is lost, and ``reach`` is whether such a call reaches the API before;
    ``made`` are all calls that change something.
    """

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.made: list[str] = []
        self.lose: list[str] = []
        self.reach = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path
        lost = f"{method} {path}" in self.lose
        if lost:
            self.lose.remove(f"{method} {path}")
        answer = self.answer(method, path, request) if self.reach or not lost else None
        if lost or answer is None:
            raise httpx.ReadError("connection reset")
        return answer

    def answer(self, method: str, path: str, request: httpx.Request) -> httpx.Response:
        if method == "GET":
            rows = [shown for item, shown in self.stored.items() if item.startswith(f"{path}/")]
            if path in LISTS:
                return httpx.Response(200, json={"data": rows})
            return self.found(path, lambda: httpx.Response(200, json=self.stored[path]))
        self.made.append(f"{method} {path}")
        if method == "POST":
            return self.create(GATEWAYS if path.startswith(GATEWAYS) else path, json.loads(request.content))
        if method == "DELETE":
            return self.found(path, lambda: httpx.Response(204, json=self.stored.pop(path) and None))
        return self.found(path, lambda: httpx.Response(200, json=self.change(path, json.loads(request.content))))

    def found(self, path: str, answer: Callable[[], httpx.Response]) -> httpx.Response:
        return answer() if path in self.stored else httpx.Response(404, json={"error": "not_found"})

    def create(self, path: str, body: dict[str, Any]) -> httpx.Response:
        shown = {"id": f"id-{len(self.made)}", **body}
        self.stored[f"{path}/{shown['id']}"] = shown
        return httpx.Response(201, json={**shown, "pairing_code": "ABC234"})

    def change(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.stored[path] |= body
        return self.stored[path]


@pytest.fixture(autouse=True)
def _no_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def operator(api: Api, tmp_path: Path) -> Actor:
    """An actor whose calls the write guard sees."""
    http = CookielessClient(base_url="http://x", transport=httpx.MockTransport(api))
    ledger = Ledger(tmp_path / "ct1.jsonl")
    return Actor("operator", "sk_live_o", http, Recorder(), lambda: None, WriteGuard(CONFIG, http, ledger))


@pytest.mark.parametrize("path", [RULES, f"{GATEWAYS}/generate-pairing-code"])
def test_what_a_lost_post_has_created_is_removed_and_created_again(api: Api, operator: Actor, path: str) -> None:
    api.lose = [f"POST {path}"]
    assert operator.post(path, NEW).status == 201
    assert [shown["name"] for shown in api.stored.values()] == [NEW["name"]]
    assert [call.partition(" ")[0] for call in api.made] == ["POST", "DELETE", "POST"]


def test_a_post_that_never_arrived_is_made_again(api: Api, operator: Actor) -> None:
    api.lose, api.reach = [f"POST {RULES}"], False
    assert operator.post(RULES, NEW).status == 201
    assert api.made == [f"POST {RULES}"]


def test_an_earlier_object_of_the_same_name_stays(api: Api, operator: Actor) -> None:
    first = operator.post(RULES, NEW)["id"]
    api.lose = [f"POST {RULES}"]
    second = operator.post(RULES, NEW)["id"]
    assert list(api.stored) == [f"{RULES}/{first}", f"{RULES}/{second}"]


def test_an_object_that_others_may_have_created_is_not_removed(api: Api, operator: Actor) -> None:
    api.lose = [f"POST {RULES}"]
    with pytest.raises(NotReached, match=f"POST {RULES} was not answered, and may have created something"):
        operator.post(RULES, {**NEW, "name": "Front door"})
    assert api.made == [f"POST {RULES}"]


@pytest.mark.parametrize("body", [{}, {"name": ""}])
def test_a_lost_post_of_something_without_a_name_is_not_made_again(api: Api, operator: Actor, body: object) -> None:
    api.lose = [f"POST {RULES}"]
    with pytest.raises(NotReached, match=f"POST {RULES} was not answered, and may have created something"):
        operator.post(RULES, body)
    assert api.made == [f"POST {RULES}"]


def test_a_lost_pairing_is_not_made_again(api: Api, operator: Actor) -> None:
    api.lose = [f"POST {GATEWAYS}/pair"]
    with pytest.raises(NotReached):
        operator.post(f"{GATEWAYS}/pair", {"pairing_code": "ABC234"})
    assert len(api.made) == 1


def test_a_patch_with_absolute_values_is_made_again(api: Api, operator: Actor) -> None:
    rule = f"{RULES}/{operator.post(RULES, NEW)['id']}"
    api.lose = [f"PATCH {rule}"]
    assert operator.patch(rule, {"name": "other"}).status == 200
    assert api.made[1:] == [f"PATCH {rule}"] * 2


@pytest.mark.parametrize("reaches", [True, False])
def test_a_change_of_status_is_made_again_only_if_it_has_not_been_made(
    api: Api, operator: Actor, *, reaches: bool
) -> None:
    gateway = f"{GATEWAYS}/{operator.post(f'{GATEWAYS}/generate-pairing-code', NEW)['id']}"
    api.stored[gateway]["status"] = "offline"
    api.lose, api.reach = [f"PATCH {gateway}"], reaches
    if reaches:
        with pytest.raises(NotReached, match="may have taken effect"):
            operator.patch(gateway, {"status": "disabled"})
    else:
        assert operator.patch(gateway, {"status": "disabled"}).status == 200
    assert api.made[1:] == [f"PATCH {gateway}"]


def test_a_lost_deletion_that_took_effect_has_no_answer_for_the_check(api: Api, operator: Actor) -> None:
    rule = f"{RULES}/{operator.post(RULES, NEW)['id']}"
    api.lose = [f"DELETE {rule}"]
    with pytest.raises(NotReached, match="took effect"):
        operator.delete(rule)
    assert api.stored == {}


def test_a_deletion_that_never_arrived_and_one_of_what_is_gone_are_made_again(api: Api, operator: Actor) -> None:
    rule = f"{RULES}/{operator.post(RULES, NEW)['id']}"
    api.reach = False
    for status in (204, 404):
        api.lose = [f"DELETE {rule}"]
        assert operator.delete(rule).status == status


def test_cleaning_up_takes_404_after_a_lost_answer_for_done(api: Api, operator: Actor) -> None:
    guard: Any = operator.hooks
    rule = f"{RULES}/{operator.post(RULES, NEW)['id']}"
    api.lose = [f"DELETE {rule}"]
    guard.remove_created()
    assert guard.ledger.left() == []
