"""The token bucket that limits how often a credential may call."""

import math
from datetime import datetime

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record

#: What the sum of two times may be too large by.
_ROUNDING_SECONDS = 1e-6


class RateLimit(msgspec.Struct, frozen=True):
    """How many tokens a bucket gains per minute, and how many it holds at most."""

    per_minute: int
    burst: int


class Bucket(Record, frozen=True, kw_only=True):
    """The tokens left at an instant; its id is that of the credential, or of the camera, that the limit is for."""

    opened_at: Instant
    tokens: float
    at: Instant


class Quota(msgspec.Struct, frozen=True):
    """What the headers of an answer say: the bucket's size, whole tokens left, and the Unix second it is full at."""

    limit: int
    remaining: int
    full_at: int


def full(bucket_id: str, org_id: str, limit: RateLimit, now: datetime) -> Bucket:
    """Return a new bucket, which is full."""
    return Bucket(id=bucket_id, org_id=org_id, opened_at=now, tokens=limit.burst, at=now)


def refill(bucket: Bucket, limit: RateLimit, now: datetime) -> Bucket:
    """Return the bucket as it stands at ``now``: refilled at the rate of the limit, never above its size (RL-02)."""
    earned = (now - bucket.at).total_seconds() * limit.per_minute / 60
    tokens = bucket.tokens + earned if earned > 0 else bucket.tokens
    return msgspec.structs.replace(bucket, tokens=tokens if tokens < limit.burst else limit.burst, at=now)


def take(bucket: Bucket) -> Bucket | None:
    """Return the bucket with one token less, or None when it holds less than one."""
    return msgspec.structs.replace(bucket, tokens=bucket.tokens - 1) if bucket.tokens >= 1 else None


def quota(bucket: Bucket, limit: RateLimit) -> Quota:
    """Return what is shown of the bucket in headers."""
    seconds = (limit.burst - bucket.tokens) * 60 / limit.per_minute
    full_at = math.ceil(bucket.at.timestamp() + seconds - _ROUNDING_SECONDS)
    return Quota(limit.burst, int(bucket.tokens), full_at)


def seconds_to_token(bucket: Bucket, limit: RateLimit) -> int:
    """Return the whole seconds until the bucket holds a token again (RL-09)."""
    return math.ceil((1 - bucket.tokens) * 60 / limit.per_minute)
