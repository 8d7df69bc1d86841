"""Whatever is written and asked in whatever order, the store answers as a dictionary of records would."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway
from mockserver.domain.records import Record
from mockserver.store import kinds
from mockserver.store.base import Change, Kind, Query, Transaction
from mockserver.store.kinds import EVENTS, GATEWAYS, ORGS
from mockserver.store.memory import MemoryStore
from tests.factories import gateway, org, uuid
from tests.mockserver.store import model
from tests.mockserver.store.model import Abandoned

T = TypeVar("T")
World = dict[tuple[str, str, str], Record]
Write = Callable[[Transaction, World], Awaitable[None]]


def key(kind: Kind[Any], record: Record) -> tuple[str, str, str]:
    return kind.name, record.org_id, record.id


def putting(kind: Kind[Any], record: Record) -> Write:
    async def write(tx: Transaction, world: World) -> None:
        await tx.put(kind, record)
        world[key(kind, record)] = record

    return write


def removing(kind: Kind[Any], record: Record) -> Write:
    async def write(tx: Transaction, world: World) -> None:
        await tx.remove(kind, record)
        world.pop(key(kind, record), None)

    return write


def removing_org(org_id: str) -> Write:
    async def write(tx: Transaction, world: World) -> None:
        await tx.remove_org(org_id)
        for gone in [key for key in world if key[1] == org_id]:
            del world[gone]

    return write


@st.composite
def gateways(draw: st.DrawFn) -> Gateway:
    org_id = draw(st.sampled_from(model.ORGS))
    id_ = uuid(1_000 + model.ORGS.index(org_id) * 100 + draw(st.integers(0, 3)))
    number = draw(st.none() | st.integers(0, 2))
    return gateway(id=id_, org_id=org_id, api_key=None if number is None else f"gw_{id_}_{number}")


orgs = st.sampled_from(model.ORGS)
writes = st.one_of(
    st.builds(putting, st.just(EVENTS), model.events()),
    st.builds(removing, st.just(EVENTS), model.events()),
    st.builds(putting, st.just(GATEWAYS), gateways()),
    st.builds(removing, st.just(GATEWAYS), gateways()),
    st.builds(putting, st.just(ORGS), orgs.map(lambda id_: org(id=id_, org_id=id_))),
    st.builds(removing_org, orgs),
)
several = st.lists(writes, min_size=1, max_size=6)


class MemoryStoreKeepsTheLaws(RuleBasedStateMachine):
    """Drives a store beside a dictionary of records."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = MemoryStore()
        self.world: World = {}
        self.heard: World = {}
        self.store.subscribe(self.hear)

    def teardown(self) -> None:
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def hear(self, change: Change) -> None:
        record = change.after or change.before
        assert record is not None
        where = key(change.kind, record)
        assert self.heard.get(where) == change.before
        if change.after is None:
            del self.heard[where]
        else:
            self.heard[where] = change.after

    def records(self, kind: Kind[Any]) -> list[Record]:
        return [record for (name, _, _), record in self.world.items() if name == kind.name]

    async def write(self, steps: Sequence[Write]) -> None:
        async with self.store.transaction() as tx:
            for step in steps:
                await step(tx, self.world)

    @rule(steps=several)
    def commit(self, steps: list[Write]) -> None:
        self.run(self.write(steps))

    @rule(steps=several, query=model.queries)
    def roll_back(self, steps: list[Write], query: Query[Event]) -> None:
        before = dict(self.world)

        async def fail() -> None:
            async with self.store.transaction() as tx:
                for step in steps:
                    await step(tx, self.world)
                assert list(await tx.select(query)) == model.matches(self.records(EVENTS), query)
                raise Abandoned

        with pytest.raises(Abandoned):
            self.run(fail())
        self.world = before

    @rule(query=model.queries, limit=st.integers(1, 5), behind=st.none() | model.events())
    def ask(self, query: Query[Event], limit: int, behind: Event | None) -> None:
        expected = model.matches(self.records(EVENTS), query)

        async def compare() -> None:
            after = EVENTS.position(behind) if behind else None
            rest = model.older(expected, EVENTS, after) if after else expected
            async with self.store.transaction() as tx:
                assert await tx.page(query, limit, after) == (rest[:limit], len(expected), len(rest) > limit)
                assert await tx.count(query) == len(expected)
                for one in self.records(EVENTS):
                    if isinstance(one, Event) and one.org_id == query.org_id:
                        assert await tx.neighbours(query, one) == model.neighbours(expected, EVENTS, one)

        self.run(compare())

    @rule(query=model.queries, limit=st.integers(1, 3), meanwhile=st.lists(several, max_size=5))
    def walk(self, query: Query[Event], limit: int, meanwhile: list[list[Write]]) -> None:
        """Walk the pages while others write: what stays where it is comes exactly once."""
        throughout = {one.id: query.kind.position(one) for one in model.matches(self.records(EVENTS), query)}
        seen, after, more, writes = list[str](), None, True, iter(meanwhile)

        async def turn() -> Any:
            async with self.store.transaction() as tx:
                return await tx.page(query, limit, after)

        while more:
            rows, _, more = self.run(turn())
            assert rows or not more
            assert after is None or not rows or query.kind.position(rows[0]) < after
            seen += [one.id for one in rows]
            after = query.kind.position(rows[-1]) if rows else after
            self.run(self.write(next(writes, [])))
            now = {one.id: query.kind.position(one) for one in model.matches(self.records(EVENTS), query)}
            throughout = {id_: place for id_, place in throughout.items() if now.get(id_) == place}
        assert all(seen.count(id_) == 1 for id_ in throughout)

    @invariant()
    def everything_is_found(self) -> None:
        async def look() -> None:
            async with self.store.transaction() as tx:
                for (name, org_id, id_), record in self.world.items():
                    assert await tx.get(kinds.ALL[name], org_id, id_) == record
                found = [record.id for record in self.records(ORGS)]
                assert await tx.orgs() == sorted(found)

        self.run(look())

    @invariant()
    def dump_holds_the_world(self) -> None:
        dumped = self.run(self.store.dump())
        assert {key(kinds.ALL[name], row): row for name, rows in dumped.items() for row in rows} == self.world

    @invariant()
    def unique_values_lead_to_their_holders(self) -> None:
        holders = {one.api_key: one for one in self.records(GATEWAYS) if isinstance(one, Gateway) and one.api_key}
        possible = [f"gw_{uuid(id_)}_{n}" for id_ in [*range(1_000, 1_004), *range(1_100, 1_104)] for n in range(3)]

        async def look() -> None:
            async with self.store.transaction() as tx:
                for value in possible:
                    assert await tx.find(GATEWAYS, value) == holders.get(value)

        self.run(look())

    @invariant()
    def listeners_heard_it_all(self) -> None:
        assert self.heard == self.world


TestMemoryStoreKeepsTheLaws = MemoryStoreKeepsTheLaws.TestCase
TestMemoryStoreKeepsTheLaws.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
