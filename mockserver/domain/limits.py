"""The token bucket that limits each credential's requests."""

import math
from datetime import datetime, timedelta

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.orgs import OrgSettings
from mockserver.domain.records import Record


class Bucket(Record, frozen=True, kw_only=True):
    """The tokens a credential had left at an instant; its id is that of the credential."""

    opened_at: Instant
    tokens: float
    at: Instant


class Quota(msgspec.Struct, frozen=True):
    """What the headers of an answer tell: the bucket's size, whole tokens left, and when it is full again."""

    limit: int
    remaining: int
    full_at: Instant


def full(key_id: str | None, org_id: str, settings: OrgSettings, now: datetime) -> Bucket:
    """Return the bucket that a credential starts with; somebody without one sees a full bucket too."""
    return Bucket(id=key_id or "", org_id=org_id, opened_at=now, tokens=settings.rate_limit_burst, at=now)


def fill(bucket: Bucket, settings: OrgSettings, now: datetime) -> Bucket:
    """Return the bucket as it stands at ``now``: refilled at the org's rate, never above its size (RL-02)."""
    earned = max(0.0, (now - bucket.at).total_seconds()) * settings.rate_limit_per_minute / 60
    return msgspec.structs.replace(bucket, tokens=min(settings.rate_limit_burst, bucket.tokens + earned), at=now)


def take(bucket: Bucket) -> Bucket | None:
    """Return the bucket with one token less, or None when there is none to take."""
    return msgspec.structs.replace(bucket, tokens=bucket.tokens - 1) if bucket.tokens >= 1 else None


def quota(bucket: Bucket, settings: OrgSettings) -> Quota:
    """Return what the bucket means to its user."""
    missing = settings.rate_limit_burst - bucket.tokens
    full_at = bucket.at + timedelta(seconds=missing * 60 / settings.rate_limit_per_minute)
    return Quota(settings.rate_limit_burst, int(bucket.tokens), full_at)


def seconds_to_token(bucket: Bucket, settings: OrgSettings) -> int:
    """Return the whole seconds after which a request will pass again (RL-09)."""
    return math.ceil((1 - bucket.tokens) * 60 / settings.rate_limit_per_minute)
