"""The verbs of ``client.gateways``: the devices on site that connect cameras."""

from novavms._core.answers import into, nothing
from novavms._core.call import (
    NOT_GIVEN,
    Call,
    CallOptions,
    Id,
    ListCall,
    NotGiven,
    Unpack,
    changed,
    checked,
    given,
    unsupported,
)
from novavms.models import (
    AsyncGatewayPage,
    GatewayDetail,
    GatewayPage,
    GatewayStatusLike,
    GatewayTelemetry,
    PairedGateway,
    PairingCode,
)


def list(**options: Unpack[CallOptions]) -> ListCall[GatewayPage, AsyncGatewayPage]:
    """Return all gateways, newest first, on one page."""
    return ListCall("GET", "/gateways", into(GatewayPage), read_awaited=into(AsyncGatewayPage), options=options)


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[GatewayDetail]:
    """Return one gateway."""
    return Call("GET", f"/gateways/{checked(id)}", into(GatewayDetail), options=options)


create = unsupported("gateways.create", "generate_pairing_code(name=..., site_id=...) registers a gateway")


def update(
    id: Id,
    /,
    *,
    name: str | NotGiven = NOT_GIVEN,
    site_id: Id | NotGiven = NOT_GIVEN,
    status: GatewayStatusLike | NotGiven = NOT_GIVEN,
    **options: Unpack[CallOptions],
) -> Call[GatewayDetail]:
    """Rename or move a gateway. For operators.

    The ``status`` disabled blocks it, offline enables a disabled one again; other values are a ValidationError.
    """
    body = changed(name=name, site_id=site_id, status=status)
    return Call("PATCH", f"/gateways/{checked(id)}", into(GatewayDetail), body=body, options=options)


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Delete a gateway; one that still has cameras is a ValidationError. For operators."""
    return Call("DELETE", f"/gateways/{checked(id)}", nothing, options=options)


def generate_pairing_code(*, name: str, site_id: Id, **options: Unpack[CallOptions]) -> Call[PairingCode]:
    """Register a gateway and return its pairing code, valid for ten minutes. For operators.

    A sixth active code is a RateLimitError, whose ``retry_after`` is the time until the first of the five expires.
    """
    return Call(
        "POST",
        "/gateways/generate-pairing-code",
        into(PairingCode),
        body=given(name=name, site_id=site_id),
        options=options,
    )


def pair(
    *,
    pairing_code: str,
    name: str | NotGiven | None = None,
    version: str | NotGiven | None = None,
    local_ip: str | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> Call[PairedGateway]:
    """Redeem a pairing code for the key of a gateway. For the gateway itself, on its first start.

    A used code is a NovaVMSError with status 409, an expired one with status 410.
    """
    body = given(pairing_code=pairing_code, name=name, version=version, local_ip=local_ip)
    return Call("POST", "/gateways/pair", into(PairedGateway), body=body, options=options)


def telemetry(id: Id, /, **options: Unpack[CallOptions]) -> Call[GatewayTelemetry]:
    """Return the last report of a gateway about its load, its network and its cameras."""
    return Call("GET", f"/gateways/{checked(id)}/telemetry", into(GatewayTelemetry), options=options)
