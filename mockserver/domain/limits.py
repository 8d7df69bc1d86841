"""The token bucket that limits how often a credential may call."""

import math
from datetime import datetime, timedelta

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record


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
    """What the headers of an answer say: the bucket's size, whole tokens left, and when it is full again."""

    limit: int
    remaining: int
    full_at: Instant


def full(bucket_id: str, org_id: str, limit: RateLimit, now: datetime) -> Bucket:
    """Return a new bucket, which is full."""
    return Bucket(id=bucket_id, org_id=org_id, opened_at=now, tokens=limit.burst, at=now)


def refill(bucket: Bucket, limit: RateLimit, now: datetime) -> Bucket:
    """Return the bucket as it stands at ``now``: refilled at the rate of the limit, never above its size (RL-02)."""
    earned = max(0.0, (now - bucket.at).total_seconds()) * limit.per_minute / 60
    return msgspec.structs.replace(bucket, tokens=min(limit.burst, bucket.tokens + earned), at=now)


def take(bucket: Bucket) -> Bucket | None:
    """Return the bucket with one token less, or None when it holds less than one."""
    return msgspec.structs.replace(bucket, tokens=bucket.tokens - 1) if bucket.tokens >= 1 else None


def quota(bucket: Bucket, limit: RateLimit) -> Quota:
    """Return what is shown of the bucket in headers."""
    missing = limit.burst - bucket.tokens
    full_at = bucket.at + timedelta(seconds=missing * 60 / limit.per_minute)
    return Quota(limit.burst, int(bucket.tokens), full_at)


def seconds_to_token(bucket: Bucket, limit: RateLimit) -> int:
    """Return the whole seconds until the bucket holds a token again (RL-09)."""
    return math.ceil((1 - bucket.tokens) * 60 / limit.per_minute)
