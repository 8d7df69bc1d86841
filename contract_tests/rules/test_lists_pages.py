"""The pages of every list: each object once and in one order whatever the limit, and a total that counts them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, repeat

import pytest

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.steps import lists, users
from contract_tests.steps.answers import (
    JSON,
    all_rows,
    expect_first_page,
    expect_same_pages,
    first_page,
    ids_of,
    pages,
    rows,
)
from contract_tests.steps.calls import permitted_actor
from contract_tests.steps.sites import path_to, save_access_list
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, USERS, WEBHOOKS, World

DEFAULT_LIMIT = 20
#: Enough objects for a third page with every limit of ``_LIMITS``, and for two of the longest pages.
_SHORT, _LONG = 23, MAX_LIMIT + 3
#: The limits of walks through few objects: one after another where there are two, none for no limit.
_LIMITS: Sequence[tuple[int, ...]] = ((1,), (2,), (7,), (6, 5), ())


@dataclass(frozen=True)
class Paged:
    """The rules about a list with pages: what its pages show, how long they are without a limit and with one, total."""

    shown: str
    default: str
    limit: str
    total: str

    @property
    def rules(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((self.shown, self.default, self.limit, self.total)))


_PAGED = {
    EVENTS: Paged(shown="EV-25", default="EV-26", limit="EV-28", total="EV-32"),
    ALERTS: Paged(shown="AL-12", default="AL-13", limit="AL-14", total="AL-15"),
    CAMERAS: Paged(shown="CAM-09", default="CAM-09", limit="CAM-09", total="CAM-10"),
    USERS: Paged(shown="USR-02", default="USR-02", limit="USR-02", total="USR-02"),
    SITES: Paged(shown="AS-130", default="AS-130", limit="AS-130", total="AS-130"),
    WEBHOOKS: Paged(shown="AS-180", default="AS-180", limit="AS-180", total="AS-180"),
}
#: The rules about the total of each list.
_TOTALS = {path: listing.total for path, listing in _PAGED.items()} | {RULES: "RU-03", GATEWAYS: "GW-10"}
#: The rules by which a list comes in one answer.
_WITHOUT_PAGES = {RULES: "RU-04", GATEWAYS: "GW-11"}


def _params(rules: Mapping[str, tuple[str, ...]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "path",
        [
            pytest.param(path, id=path.removeprefix(f"{API}/"), marks=pytest.mark.rules(*named))
            for path, named in rules.items()
        ],
    )


_every_paged_list = _params({path: listing.rules for path, listing in _PAGED.items()})
_events_and_alerts = _params({path: (_PAGED[path].shown,) for path in (EVENTS, ALERTS)})


@pytest.mark.own_org
@_every_paged_list
def test_a_walk_shows_every_object_once_in_one_order(world: World, expect: Expect, path: str) -> None:
    for count, walks in ((_SHORT, _LIMITS), (_LONG, [(MAX_LIMIT,), (MAX_LIMIT - 1,)])):
        reader = permitted_actor(world, _listing(path))
        lists.FILL[path](world, count - len(all_rows(reader, path)))
        listed = [row["id"] for row in all_rows(reader, path, limit=DEFAULT_LIMIT)]
        expect.equal(_PAGED[path].shown, len({*listed}), count, "the number of different objects")
        for limits in walks:
            found = list(pages(reader, path, cycle(limits) if limits else None))
            _expect_walk(expect, _PAGED[path], found, listed, limits)
    _expect_bounds(expect, _PAGED[path].limit, reader, path)


def _expect_walk(
    expect: Expect, rules: Paged, found: Sequence[Answer], listed: list[str], limits: tuple[int, ...]
) -> None:
    """State that pages show what is listed, in that order, are as long as their limits say, and have the same total."""
    named = f"with limits {limits}" if limits else "without a limit"
    sizes, wanted = [len(rows(page)) for page in found], _sizes(len(listed), cycle(limits or (DEFAULT_LIMIT,)))
    expect.equal(rules.limit if limits else rules.default, sizes, wanted, f"{named}, the lengths of the pages")
    expect.equal(rules.shown, [row["id"] for page in found for row in rows(page)], listed, f"{named}, the objects")
    expect.equal(rules.total, {page["total"] for page in found}, {len(listed)}, f"{named}, the totals")


def _sizes(count: int, limits: Iterator[int]) -> list[int]:
    """Return how many of so many objects are on each page."""
    sizes = []
    while count > 0:
        sizes.append(min(count, next(limits)))
        count -= sizes[-1]
    return sizes


def _expect_bounds(expect: Expect, rule: str, reader: Actor, path: str) -> None:
    """State that limits just outside the range are not applied."""
    for limit in (-1, 0, MAX_LIMIT + 1):
        answer = reader.get(path, limit=limit)
        applied = answer.is_(200) and len(rows(answer)) == max(0, limit)
        expect(rule, answer.status < 500 and not applied, f"limit={limit} refused or corrected", answer.status)


@_events_and_alerts
def test_a_list_without_a_cursor_begins_at_its_first_page(world: World, expect: Expect, path: str) -> None:
    lists.existing(world, path)
    expect_first_page(expect, _PAGED[path].shown, world.operator, path)


@_events_and_alerts
def test_small_pages_show_what_large_ones_do(world: World, expect: Expect, path: str) -> None:
    lists.existing(world, path)
    expect_same_pages(expect, _PAGED[path].shown, world.operator, path)


@_params({path: (_PAGED[path].limit, _PAGED[path].default) for path in (EVENTS, ALERTS)})
def test_a_page_is_as_long_as_its_limit(world: World, expect: Expect, path: str) -> None:
    if not world.shared:
        lists.FILL[path](world, MAX_LIMIT + 1)
    count = len(lists.existing(world, path))
    for limit in (limit for limit in (1, 2, 7, min(MAX_LIMIT, count - 1)) if 0 < limit < count):
        found = len(rows(first_page(world.operator, path, limit)))
        expect.equal(_PAGED[path].limit, found, limit, f"with limit={limit}, the number of objects")
    if count > DEFAULT_LIMIT:
        found = len(rows(world.operator.get(path)))
        expect.equal(_PAGED[path].default, found, DEFAULT_LIMIT, "without a limit, the number of objects")
    _expect_bounds(expect, _PAGED[path].limit, world.operator, path)
    if count <= MAX_LIMIT:
        raise Unavailable(f"needs more than {MAX_LIMIT} objects in the list")


@pytest.mark.own_org
@_params({path: (rule,) for path, rule in _TOTALS.items()})
def test_a_total_counts_what_the_caller_may_see(world: World, expect: Expect, path: str) -> None:
    listing = _listing(path)
    lists.FILL[path](world.outside, 4)
    foreign = ids_of(permitted_actor(world.outside, listing).get(path))
    lists.FILL[path](world, 5)
    choices: list[JSON] = [{name: value} for name, chosen in listing.choices.items() for value in chosen]
    choices += [{"date_to": lists.MIDDLE_TIME}] * ("date_to" in listing.query)
    for actor in (world.actor(role) for role in listing.roles[:2]):
        for filters in ({}, *choices):
            found = list(pages(actor, path, repeat(1), **filters)) if listing.query else [actor.get(path)]
            shown, totals = set().union(*map(ids_of, found)), [page["total"] for page in found]
            counted = {repr(total) for total in totals} == {repr(len(shown))}
            expect(_TOTALS[path], counted, f"with {filters}, {len(shown)} as total for the {actor.name}", totals)
            expect(_TOTALS[path], shown.isdisjoint(foreign), "nothing of another org", shown)


@pytest.mark.own_org
@_params({path: (_TOTALS[path], rule) for path, rule in _WITHOUT_PAGES.items()})
def test_a_list_without_pages_shows_all_of_many_objects(world: World, expect: Expect, path: str) -> None:
    before = ids_of(world.operator.get(path))
    lists.FILL[path](world, MAX_LIMIT + 1)
    answer = world.operator.get(path)
    new = len(ids_of(answer) - before)
    expect.equal(_TOTALS[path], new, MAX_LIMIT + 1, "the number of new objects in the list")
    expect.equal(_TOTALS[path], answer["total"], len(before) + new, "the total")
    expect(_WITHOUT_PAGES[path], "next_cursor" not in answer.json, "no next_cursor", answer.json.keys())
    limited = ids_of(world.operator.get(path, limit=2))
    expect.equal(_WITHOUT_PAGES[path], limited, ids_of(answer), "whatever the limit, the objects in one answer")


@pytest.mark.rules("SITE-04")
@pytest.mark.own_org
def test_an_access_list_shows_all_of_many_users(world: World, expect: Expect) -> None:
    site = world.sites[0]
    made = [users.invite(world, role="viewer", site_ids=world.sites[:1])["user"]["id"] for _ in range(51)]
    for answer in (save_access_list(world, site, made), world.admin.get(path_to(site, "/users"))):
        expect.equal("SITE-04", ids_of(answer), {*made}, "the users on the access list")
        expect.equal("SITE-04", answer["total"], len(made), "the total")


def _listing(path: str) -> document.Operation:
    found = document.operation_at("GET", path)
    assert found is not None
    return found
