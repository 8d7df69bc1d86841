"""Both stores give the same results as a dictionary of records, whatever is written and read in whatever order."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.records import Record
from mockserver.domain.users import User
from mockserver.store import kinds
from mockserver.store.base import Kind, Query, Store, Transaction
from mockserver.store.kinds import EVENTS, GATEWAYS, ORGS, USERS
from tests.factories import gateway, org, user, uuid
from tests.mockserver.store import model
from tests.mockserver.store.model import Abandoned
from tests.mockserver.store.store_harness import StoreHarness, in_memory, in_postgres

T = TypeVar("T")
Key = tuple[str, str, str]
World = dict[Key, Record]
EMAILS = ("a@example.com", "b@example.com")


def key(kind: Kind[Any], record: Record) -> Key:
    return kind.name, record.org_id, record.id


@dataclass(frozen=True)
class Put:
    kind: Kind[Any]
    record: Record

    async def write(self, tx: Transaction) -> None:
        await tx.put(self.kind, self.record)

    def apply(self, world: World) -> None:
        world[key(self.kind, self.record)] = self.record


@dataclass(frozen=True)
class Remove:
    kind: Kind[Any]
    record: Record

    async def write(self, tx: Transaction) -> None:
        await tx.remove(self.kind, self.record)

    def apply(self, world: World) -> None:
        world.pop(key(self.kind, self.record), None)


@dataclass(frozen=True)
class RemoveOrg:
    org_id: str

    async def write(self, tx: Transaction) -> None:
        await tx.remove_org(self.org_id)

    def apply(self, world: World) -> None:
        for gone in [name for name in world if name[1] == self.org_id]:
            del world[gone]


Step = Put | Remove | RemoveOrg


@st.composite
def gateways(draw: st.DrawFn) -> Gateway:
    org_id = draw(st.sampled_from(model.ORGS))
    id_ = uuid(1_000 + model.ORGS.index(org_id) * 100 + draw(st.integers(0, 3)))
    number = draw(st.none() | st.integers(0, 2))
    return gateway(id=id_, org_id=org_id, api_key=None if number is None else f"gw_{id_}_{number}")


@st.composite
def users(draw: st.DrawFn) -> User:
    org_id = draw(st.sampled_from(model.ORGS))
    id_ = uuid(2_000 + model.ORGS.index(org_id) * 100 + draw(st.integers(0, 2)))
    return user(id=id_, org_id=org_id, email=draw(st.sampled_from(EMAILS)))


orgs = st.sampled_from(model.ORGS)
steps = st.one_of(
    st.builds(Put, st.just(EVENTS), model.events()),
    st.builds(Remove, st.just(EVENTS), model.events()),
    st.builds(Put, st.just(GATEWAYS), gateways()),
    st.builds(Remove, st.just(GATEWAYS), gateways()),
    st.builds(Put, st.just(USERS), users()),
    st.builds(Put, st.just(ORGS), orgs.map(lambda id_: org(id=id_, org_id=id_))),
    st.builds(RemoveOrg, orgs),
)
several = st.lists(steps, min_size=1, max_size=6)


class StoresKeepTheGuarantees(RuleBasedStateMachine):
    """Runs the same steps on a store in memory, on one in a database, and on a dictionary of records."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self.span = ExitStack()
        opened = (in_memory(), in_postgres(dsn))
        self.harnesses = [self.span.enter_context(one) for one in opened]
        self.world: World = {}
        self.received: list[World] = [{} for _ in self.harnesses]

    def teardown(self) -> None:
        self.span.close()

    def everywhere(self, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
        """Run the same on every store, and return the result, which must be the same."""
        answers = [harness.run(work(harness.store)) for harness in self.harnesses]
        assert all(answer == answers[0] for answer in answers)
        return answers[0]

    def snapshot(self, ask: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        """Read the same from every store, and return the result, which must be the same."""

        async def look(store: Store) -> T:
            async with store.snapshot() as tx:
                return await ask(tx)

        return self.everywhere(look)

    def records(self, kind: Kind[Any]) -> list[Any]:
        return [record for (name, _, _), record in self.world.items() if name == kind.name]

    def write(self, steps: Sequence[Step]) -> None:
        async def carry_out(store: Store) -> None:
            async with store.transaction() as tx:
                for step in steps:
                    await step.write(tx)

        self.everywhere(carry_out)
        for step in steps:
            step.apply(self.world)

    @rule(steps=several)
    def commit(self, steps: list[Step]) -> None:
        self.write(steps)

    @rule(steps=several, query=model.queries)
    def roll_back(self, steps: list[Step], query: Query[Event]) -> None:
        meanwhile = dict(self.world)
        for step in steps:
            step.apply(meanwhile)
        expected = model.matches([record for name, record in meanwhile.items() if name[0] == EVENTS.name], query)

        async def fail(store: Store) -> None:
            async with store.transaction() as tx:
                for step in steps:
                    await step.write(tx)
                assert await tx.page(query, 2) == (expected[:2], len(expected), len(expected) > 2)
                assert list(await tx.select(query)) == expected
                raise Abandoned

        for harness in self.harnesses:
            with pytest.raises(Abandoned):
                harness.run(fail(harness.store))

    @rule(query=model.queries, limit=st.integers(1, 5), behind=st.none() | model.events())
    def ask(self, query: Query[Event], limit: int, behind: Event | None) -> None:
        expected = model.matches(self.records(EVENTS), query)
        after = EVENTS.position(behind) if behind else None
        remaining = model.older(expected, EVENTS, after) if after else expected

        async def compare(tx: Transaction) -> None:
            assert await tx.page(query, limit, after) == (remaining[:limit], len(expected), len(remaining) > limit)
            assert await tx.count(query) == len(expected)
            for one in self.records(EVENTS):
                if one.org_id == query.org_id:
                    assert await tx.get(EVENTS, one.org_id, one.id) == one
                    assert await tx.neighbours(query, one) == model.neighbours(expected, EVENTS, one)

        self.snapshot(compare)

    @rule(query=model.queries, limit=st.integers(1, 3), meanwhile=st.lists(several, max_size=5))
    def walk(self, query: Query[Event], limit: int, meanwhile: list[list[Step]]) -> None:
        """Read page after page while others write: a record that keeps its position is returned exactly once."""
        throughout = {one.id: query.kind.position(one) for one in model.matches(self.records(EVENTS), query)}
        seen, after, more, writes = list[str](), None, True, iter(meanwhile)

        async def read_page(tx: Transaction) -> Any:
            return await tx.page(query, limit, after)

        while more:
            rows, _, more = self.snapshot(read_page)
            assert rows or not more
            assert after is None or not rows or query.kind.position(rows[0]) < after
            seen += [one.id for one in rows]
            after = query.kind.position(rows[-1]) if rows else after
            self.write(next(writes, []))
            now = {one.id: query.kind.position(one) for one in model.matches(self.records(EVENTS), query)}
            throughout = {id_: place for id_, place in throughout.items() if now.get(id_) == place}
        assert all(seen.count(id_) == 1 for id_ in throughout)

    @invariant()
    def all_records_are_found(self) -> None:
        async def look(tx: Transaction) -> None:
            for (name, org_id, id_), record in self.world.items():
                assert await tx.get(kinds.ALL[name], org_id, id_) == record
            assert await tx.orgs() == sorted(record.id for record in self.records(ORGS))

        self.snapshot(look)

    @invariant()
    def dumps_hold_the_world(self) -> None:
        dumped = self.everywhere(lambda store: store.dump())
        assert {key(kinds.ALL[name], row): row for name, rows in dumped.items() for row in rows} == self.world

    @invariant()
    def records_are_found_by_their_values(self) -> None:
        holders = {one.api_key: one for one in self.records(GATEWAYS) if one.api_key}
        possible = [f"gw_{uuid(id_)}_{n}" for id_ in [*range(1_000, 1_004), *range(1_100, 1_104)] for n in range(3)]

        async def look(tx: Transaction) -> None:
            for value in possible:
                assert await tx.find(GATEWAYS, value) == holders.get(value)
            for email in EMAILS:
                having = [one for one in self.records(USERS) if one.email == email]
                assert await tx.find_all(USERS, email) == sorted(having, key=USERS.position)

        async def write_nothing(store: Store) -> None:
            async with store.transaction() as tx:
                await look(tx)

        self.everywhere(write_nothing)

    @invariant()
    def listeners_received_all_changes(self) -> None:
        for harness, received in zip(self.harnesses, self.received, strict=True):
            apply_changes(harness, received)
            assert received == self.world


def apply_changes(harness: StoreHarness, received: World) -> None:
    """Apply the changes that a listener received, one by one."""
    for change in harness.received:
        record = change.after or change.before
        assert record is not None
        where = key(change.kind, record)
        assert received.get(where) == change.before
        if change.after is None:
            del received[where]
        else:
            received[where] = change.after
    harness.received.clear()


def test_both_stores_agree_with_a_dictionary(database: str) -> None:
    class OnThisDatabase(StoresKeepTheGuarantees):
        def __init__(self) -> None:
            super().__init__(database)

    bounds = settings(max_examples=20, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(OnThisDatabase, settings=bounds)
