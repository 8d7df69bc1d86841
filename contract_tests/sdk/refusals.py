"""Calls that the server refuses, most of them for reasons that only the server can know."""

from collections.abc import Callable, Mapping

from contract_tests.sdk import mock
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.world import World

#: Takes the SDK, a kind of client and a world; returns the client and the error that it raised.
Refusal = Callable[[Sdk, str, World], tuple[Client, Exception]]


def unauthorized(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Call with a key that was never issued."""
    with sdk.client(kind, world, api_key=world.intruder.token) as client:
        return client, client.fails("events.list")


def forbidden(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Write as a viewer."""
    with sdk.client(kind, world, "viewer") as client:
        return client, client.fails("events.acknowledge", world.record()[0])


def out_of_scope(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """List events of a site that the viewer has no access to."""
    site = next(site for site in world.sites if site not in world.granted)
    with sdk.client(kind, world, "viewer") as client:
        return client, client.fails("events.list", site_id=site)


def unknown(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Read an event that does not exist."""
    with sdk.client(kind, world) as client:
        return client, client.fails("events.get", UNKNOWN_ID)


def foreign(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Read a camera of another org."""
    with sdk.client(kind, world) as client:
        return client, client.fails("cameras.get", world.outside.cameras()[0])


def invalid(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Register a gateway at a site of another org."""
    with sdk.client(kind, world) as client:
        name, site = world.name("gateway"), world.outside.sites[0]
        return client, client.fails("gateways.generate_pairing_code", name=name, site_id=site)


def too_long(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Write notes that are too long; an SDK may refuse them before sending."""
    with sdk.client(kind, world) as client:
        return client, client.fails("events.update", world.record()[0], notes="x" * 2001)


def limited(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Exceed the rate limit."""
    world.settings(rate_limit_burst=1, rate_limit_per_minute=7)
    with world.frozen_clock(), sdk.client(kind, world, max_retries=0) as client:
        client.call("sites.list")
        return client, client.fails("sites.list")


def too_many_codes(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Request a pairing code while five are active."""
    for _ in range(5):
        world.register()
    with sdk.client(kind, world, max_retries=0) as client:
        name = world.name("gateway")
        return client, client.fails("gateways.generate_pairing_code", name=name, site_id=world.sites[0])


def used(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Redeem a pairing code a second time."""
    code = world.register()["pairing_code"]
    with sdk.client(kind, world) as client:
        client.call("gateways.pair", pairing_code=code)
        return client, client.fails("gateways.pair", pairing_code=code)


def expired(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Redeem a pairing code eleven minutes after it was issued."""
    code = world.register()["pairing_code"]
    world.advance(660)
    with sdk.client(kind, world) as client:
        return client, client.fails("gateways.pair", pairing_code=code)


def too_many_rows(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
    """Export more rows than the limit."""
    world.record(3)
    world.settings(event_export_max_rows=2)
    with sdk.client(kind, world) as client:
        return client, client.fails("events.export")


def faulty(status: int) -> Refusal:
    """Return a call that a fault of the mock always answers with a status."""

    def refusal(sdk: Sdk, kind: str, world: World) -> tuple[Client, Exception]:
        mock.add_fault(world, operation="listUsers", status=status)
        with sdk.client(kind, world) as client:
            return client, client.fails("users.list")

    return refusal


SERVER_ERRORS = {status: faulty(status) for status in (500, 502, 503, 504)}
OTHER_STATUSES: Mapping[int, Refusal] = {409: used, 410: expired, 413: too_many_rows, **SERVER_ERRORS}
#: The refusals that need no fault.
WITHOUT_FAULT: tuple[Refusal, ...] = (
    *(
        unauthorized,
        forbidden,
        out_of_scope,
        unknown,
        foreign,
        invalid,
        limited,
        too_many_codes,
        used,
        expired,
        too_many_rows,
    ),
)
