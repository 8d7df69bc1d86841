"""Pairing codes: how many an org may have, how long they are valid, and what redeeming one does."""

import math
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from mockserver.domain.dates import Instant, whole_seconds
from mockserver.domain.errors import PairingCodeExpired, PairingCodeRedeemed, TooManyPairingCodes
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.domain.records import Record

LIFETIME = timedelta(minutes=10)
MAX_ACTIVE_CODES = 5
#: For how long an expired code is told from one that never was.
_REMEMBERED = timedelta(hours=1)


class PairingCode(Record, frozen=True, kw_only=True):
    """A six-character code that pairs one registered gateway, once."""

    code: str
    gateway_id: str
    created_at: Instant
    expires_at: Instant
    redeemed_at: Instant | None = None

    @property
    def redeemed(self) -> bool:
        """Whether a gateway redeemed the code."""
        return self.redeemed_at is not None


def expiry(created_at: datetime) -> datetime:
    """Return when a code created at this time expires (GW-34)."""
    return created_at + LIFETIME


def active(code: PairingCode, now: datetime) -> bool:
    """Whether the code counts towards the limit of the org (GW-22)."""
    return not code.redeemed and now < code.expires_at


def forgotten(code: PairingCode, now: datetime) -> bool:
    """Whether the code expired so long ago that nothing is kept of it; a redeemed one goes with its gateway."""
    return not code.redeemed and now >= code.expires_at + _REMEMBERED


def require_slot(codes: Collection[PairingCode], now: datetime) -> None:
    """Refuse one more code if the org has five active ones (GW-20). Raises TooManyPairingCodes (GW-21)."""
    expiries = [code.expires_at for code in codes if active(code, now)]
    if len(expiries) >= MAX_ACTIVE_CODES:
        raise TooManyPairingCodes(math.ceil((min(expiries) - now).total_seconds()), MAX_ACTIVE_CODES)


def redeem(code: PairingCode, now: datetime) -> PairingCode:
    """Return the code as redeemed. Raises PairingCodeRedeemed (GW-51, AS-46) or else PairingCodeExpired (GW-52)."""
    if code.redeemed:
        raise PairingCodeRedeemed
    if now >= code.expires_at:
        raise PairingCodeExpired
    return msgspec.structs.replace(code, redeemed_at=whole_seconds(now))


def pair(gateway: Gateway, api_key: str, name: str | None, version: str | None, local_ip: str | None) -> Gateway:
    """Return the gateway with its key, and with what it sent of its name, version and address (GW-42, GW-43, GW-49).

    A paired gateway is offline until it opens its WebSocket (AS-42); a disabled one stays disabled.
    """
    disabled = gateway.status is GatewayStatus.DISABLED
    return msgspec.structs.replace(
        gateway,
        api_key=api_key,
        name=gateway.name or name,
        version=version if version is not None else gateway.version,
        local_ip=local_ip if local_ip is not None else gateway.local_ip,
        status=GatewayStatus.DISABLED if disabled else GatewayStatus.OFFLINE,
    )
