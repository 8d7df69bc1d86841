import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from mockserver import mutants, resources
from mockserver.mutants.operators import document as documents
from mockserver.mutants.operators import operations, patches, values
from mockserver.openapi.document import Document
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS
from tests.harness import running

PACKAGED = Document.load(resources.path("spec", "openapi.yaml"))
COPY = pickle.dumps(PACKAGED.raw)
ROWS = [{"id": "1", "name": "b"}, {"id": "2", "name": "a"}]


def document() -> Document:
    return Document(pickle.loads(COPY), PACKAGED.yaml_text)


def parts(operator: patches.Operator) -> tuple[patches.Patch | patches.Edit, ...]:
    return operator.parts if isinstance(operator, patches.Together) else (operator,)


def targets(operator: patches.Operator) -> list[Any]:
    """Return what the patches of a mutant replace, as it is now."""
    return [part.current() for part in parts(operator) if isinstance(part, patches.Patch)]


@pytest.mark.parametrize("known", [mutants.known, mutants.known_generated])
def test_every_mutant_changes_something_and_is_lifted_again(known: Callable[[], Mapping[str, patches.Mutant]]) -> None:
    unedited = document()
    for mutant in known().values():
        edits = any(isinstance(part, patches.Edit) for part in parts(mutant.operator))
        mutated, before = document() if edits else unedited, targets(mutant.operator)
        with mutant.apply(mutated):
            assert targets(mutant.operator) != before or mutated.raw != PACKAGED.raw, mutant.id
        assert targets(mutant.operator) == before, mutant.id
    assert unedited.raw == PACKAGED.raw


def test_every_patch_replaces_something_that_exists() -> None:
    for mutant in mutants.known().values():
        assert None not in targets(mutant.operator), mutant.id


def test_a_server_without_mutants_does_not_load_them() -> None:
    code = "import sys, mockserver.cli.main; print([name for name in sys.modules if '.mutants.' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mockserver.mutants.operators', 'mockserver.mutants.operators.patches']"


def test_a_mutant_for_each_value_is_named_by_it() -> None:
    found = patches.for_each(
        "GW-65/{}s-only", ("admin", "owner"), lambda least: documents.role("getEvent", least), "GW-1"
    )
    assert [(one.id, one.breaks) for one in found] == [
        ("GW-65/admins-only", ("GW-65", "GW-1")),
        ("GW-65/owners-only", ("GW-65", "GW-1")),
    ]


def test_a_field_is_changed_in_one_schema_alone() -> None:
    mutated = document()
    with documents.field("UpdateGateway", "name", maxLength=101).apply(mutated):
        schemas = mutated.raw["components"]["schemas"]
    assert schemas["UpdateGateway"]["properties"]["name"]["maxLength"] == 101
    assert schemas["Name"] == PACKAGED.raw["components"]["schemas"]["Name"]


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(KeyError):
        operations.answering("getNothing", values.having(total=0))
    with pytest.raises(KeyError), documents.role("getNothing", "owner").apply(document()):
        pass


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (values.having(total=0, more=True), {"data": ROWS, "total": 0, "more": True}),
        (values.lacking("data", "other"), {"total": 2}),
        (values.changed(total=str, other=str), {"data": ROWS, "total": "2"}),
        (values.copied(data="total"), {"data": 2, "total": 2}),
        (values.renamed("data", "items"), {"items": ROWS, "total": 2}),
        (values.changed(data=values.each(values.lacking("name"))), {"data": [{"id": "1"}, {"id": "2"}], "total": 2}),
        (values.changed(data=values.at_most(1)), {"data": ROWS[:1], "total": 2}),
        (values.changed(data=values.backwards), {"data": ROWS[::-1], "total": 2}),
        (values.changed(data=values.ordered_by("name")), {"data": ROWS[::-1], "total": 2}),
        (values.changed(data=values.cut(1), total=values.cut(1)), {"data": ROWS, "total": 2}),
    ],
)
def test_answers_are_changed_in_a_copy(change: patches.Change, after: Any) -> None:
    answer = {"data": list(ROWS), "total": 2}
    assert change(answer) == after
    assert answer == {"data": ROWS, "total": 2}


def test_a_change_is_made_on_one_call_in_so_many() -> None:
    change = values.sometimes(str, 3)
    assert [change(number) for number in range(6)] == [0, 1, "2", 3, 4, "5"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("offset", "2026-03-05T06:07:08+00:00"),
        ("no-zone", "2026-03-05T06:07:08"),
        ("day", "2026-03-05"),
        ("epoch", 1772690828),
    ],
)
def test_times_are_written_in_wrong_forms(form: str, text: str | int) -> None:
    assert values.TIMES[form](datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (values.where(starred=None), {"deleted": (False,)}),
        (values.where(camera_id=("c",)), {"deleted": (False,), "starred": (True,), "camera_id": ("c",)}),
        (values.inverted("starred"), {"deleted": (False,), "starred": (False,)}),
        (values.inverted("other"), {"deleted": (False,), "starred": (True,)}),
    ],
)
def test_queries_look_for_something_else(change: Callable[[Query[Any]], Query[Any]], after: Any) -> None:
    query: Query[Any] = Query(EVENTS, "org", {"deleted": (False,), "starred": (True,)})
    assert change(query).where == after


def test_what_is_undone_is_answered_but_not_kept() -> None:
    rule = {"name": "New", "trigger_type": "motion", "recipients": [{"type": "email", "target": "a@example.com"}]}
    with running(mutants=("RU-08/not-stored",)) as mock:
        owner = mock.org().owner
        assert owner.post("/api/v1/alert-rules", json=rule).json()["name"] == "New"
        assert owner.get("/api/v1/alert-rules").json()["total"] == 0
    with running(mutants=("RU-52/not-stored",)) as mock:
        owner = mock.org().owner
        path = f"/api/v1/alert-rules/{owner.post('/api/v1/alert-rules', json=rule).json()['id']}"
        assert owner.patch(path, json={"name": "Other"}).json()["name"] == "Other"
        assert owner.get(path).json()["name"] == "New"


def test_what_is_done_yet_refused_is_done() -> None:
    with running(mutants=("EV-76/done-yet-refused",)) as mock:
        world = mock.org(events=1)
        event = f"/api/v1/events/{world.owner.get('/api/v1/events').json()['data'][0]['id']}"
        assert world.operator.delete(event).status_code == 403
        assert world.owner.get(event).status_code == 404


def test_lists_of_all_orgs_show_events_of_the_other_one() -> None:
    with running(mutants=("EV-02/list-of-all-orgs",)) as mock:
        owner, _ = mock.org(events=9).owner, mock.org(events=2)
        first = owner.get("/api/v1/events", params={"limit": 5})
        assert (first.status_code, len(first.json()["data"]) > 5 + 2) == (200, True)
        later = owner.get("/api/v1/events", params={"limit": 5, "cursor": first.json()["next_cursor"]})
        assert (later.status_code, len(later.json()["data"])) == (200, 4)


@pytest.mark.parametrize(("rule", "name"), [("AL-04", "rule_id"), ("AL-05", "status")])
def test_a_filter_of_alerts_is_ignored_on_the_third_call_with_it(rule: str, name: str) -> None:
    with running(mutants=(f"{rule}/now-and-then-ignored",)) as mock:
        world = mock.org()
        body = {"name": "New", "trigger_type": "motion", "recipients": [{"type": "email", "target": "a@example.com"}]}
        for status in ("new", "resolved"):
            rule_id = world.owner.post("/api/v1/alert-rules", json=body).json()["id"]
            world.record("alerts", count=2, status=status, rule_id=rule_id)
        owner, unfiltered = world.owner, world.owner.get("/api/v1/alerts").json()
        value = unfiltered["data"][0][name]
        totals = [owner.get("/api/v1/alerts", params={name: value}).json()["total"] for _ in range(6)]
        assert totals[0] < totals[2] == unfiltered["total"]
        assert totals == totals[:3] * 2
