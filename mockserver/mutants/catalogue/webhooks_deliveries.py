"""Mutants about webhook deliveries: request, signature, retries."""

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpcore
from msgspec.structs import replace

from mockserver.control import deliveries as log
from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Delivery, DeliveryState
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Original,
    Patch,
    around,
    constant,
    for_each,
    mutant,
    once_in,
    replaced,
    returning,
    stateful,
)
from mockserver.mutants.operators.values import changed, having, lacking, renamed, sometimes
from mockserver.mutants.operators.webhooks import delivery_headers, giving_up, replaying, succeeding
from mockserver.webhooks import connection
from mockserver.webhooks.sender import Sender

PENDING, FAILED = DeliveryState.PENDING, DeliveryState.FAILED


_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


_replayed, _kept = partial(returning, domain.replay), partial(replaced, lambda: connection.MAX_KEPT_BYTES)


def _paused(change: Change) -> Patch:
    return constant(lambda: domain.RETRY_DELAYS, change)


def _other_pause(number: int, by: timedelta) -> Patch:
    return _paused(lambda pauses: (*pauses[:number], pauses[number] + by, *pauses[number + 1 :]))


def _later(delivery: Delivery) -> Delivery:
    again = delivery.next_attempt_at
    return replace(delivery, next_attempt_at=again and again + _MINUTE)


TYPE, ID, AT, SIGNATURE = "Content-Type", "X-Webhook-ID", "X-Webhook-Timestamp", "X-Webhook-Signature"


_headed = partial(returning, domain.headers)


def _signed(sign: Callable[[str, bytes], str]) -> Patch:
    """Sign in another way."""
    return delivery_headers(lambda found, delivery, secret: {**found, SIGNATURE: sign(secret, delivery.body.encode())})


def _signing(change: Change) -> Patch:
    """Sign another body than is sent; ``change`` gets the message and returns the text to sign."""
    return around(domain.headers, lambda original, delivery, secret, at: (original(
        replace(delivery, body=change(json.loads(delivery.body))), secret, at)))  # fmt: skip


def _digest(algorithm: str) -> Patch:
    return _signed(lambda secret, body: hmac.digest(secret.encode(), body, algorithm).hex())


def _in_base64(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def _sending(change: Change) -> Patch:
    """Change the body after it was signed."""
    return around(Sender.post, lambda original, self, url, headers, body, at: (original(
        self, url, headers, change(body), at)))  # fmt: skip


def _by(method: str) -> Patch:
    return around(httpcore.AsyncHTTPConnection.stream, lambda original, self, _, *args, **kwargs: (original(
        self, method, *args, **kwargs)))  # fmt: skip


@stateful
def _id_used_again() -> AnyFunction:
    """Give one message in twenty the id of the one before."""
    due, last = once_in(20), [""]

    def headers(original: Original, *args: Any) -> dict[str, str]:
        found: dict[str, str] = original(*args)
        last[0] = last[0] if due() else found[ID]
        return {**found, ID: last[0]}

    return headers


def _unverified(original: Original, self: Any, allowed: Any, tls: Any, *args: Any, **kwargs: Any) -> None:
    original(self, allowed, ssl._create_unverified_context, *args, **kwargs)


MUTANTS = (
    mutant("WH-24/any-answer", succeeding(lambda _: True)),
    mutant("WH-24/only-200", succeeding(lambda status: status == 200)),
    mutant("WH-24/not-204", succeeding(lambda status: 200 <= status < 300 and status != 204)),
    mutant("WH-24/less-than-299", succeeding(lambda status: 200 <= status < 299)),
    mutant("WH-24/up-to-300", succeeding(lambda status: 200 <= status <= 300)),
    mutant("WH-24/4xx-taken", succeeding(lambda status: 200 <= status < 300 or 400 <= status < 500)),
    mutant("WH-24/410-taken", succeeding(lambda status: 200 <= status < 300 or status == 410)),
    mutant("WH-24/4xx-for-good", giving_up(lambda found: 400 <= (found.attempts[-1].status or 0) < 500)),
    *for_each("WH-25/pause-{}-longer", range(5), lambda number: _other_pause(number, _SECOND)),
    *for_each("WH-25/pause-{}-shorter", range(5), lambda number: _other_pause(number, -_SECOND)),
    mutant("WH-25/four", _paused(lambda pauses: pauses[:-1])),
    mutant("WH-25/six", _paused(lambda pauses: (*pauses, timedelta(days=1)))),
    mutant("WH-25/none", _paused(lambda _: ())),
    mutant("WH-25/every-minute", _paused(lambda pauses: (_MINUTE,) * len(pauses))),
    mutant("WH-25/also-when-taken", succeeding(lambda _: False)),
    mutant("WH-26/another-code", returning(log._view, changed(error=lambda code: code and "failed"))),
    mutant("WH-26/too-early", returning(log._view, having(error="webhook_delivery_failed"))),
    mutant("WH-26/no-code", returning(log._view, having(error=None))),
    *for_each("WH-26/{}-kept", (0, 1023, 1025, 4096), _kept),
    mutant("WH-26/last-attempt-only", returning(log._view, changed(attempts=lambda found: found[-1:]))),
    mutant("WH-27/nothing", replaying()),
    mutant("WH-27/pending-only", replaying(PENDING), "AS-197"),
    mutant("WH-27/later", _replayed(_later), "AS-197"),
    *for_each("WH-16/{}", ("PUT", "GET"), _by),
    mutant("WH-16/as-text", _headed(having(**{TYPE: "text/plain"}))),
    mutant("WH-16/as-form", _headed(having(**{TYPE: "application/x-www-form-urlencoded"}))),
    mutant("WH-16/no-type", _headed(lacking(TYPE))),
    mutant("WH-16/no-json", _sending(lambda body: b"payload=" + body)),
    mutant(
        "WH-17/the-webhooks", delivery_headers(lambda found, delivery, _: {**found, ID: delivery.webhook_id}), "WH-14"
    ),
    mutant("WH-17/1-in-20-again", around(domain.headers, _id_used_again)),
    mutant("WH-17/urn", _headed(changed(**{ID: "urn:uuid:{}".format}))),
    mutant("WH-17/short", _headed(changed(**{ID: lambda text: text[:8]}))),
    mutant("WH-17/none", _headed(lacking(ID)), "WH-14"),
    mutant("WH-18/epoch", _headed(having(**{AT: "1767225600"}))),
    mutant("WH-18/no-zone", _headed(changed(**{AT: lambda text: text.removesuffix("Z")}))),
    mutant("WH-18/day", _headed(changed(**{AT: lambda text: text[:10]}))),
    mutant("WH-18/http-date", _headed(having(**{AT: "Thu, 01 Jan 2026 00:00:00 GMT"}))),
    mutant("WH-18/none", _headed(lacking(AT))),
    *for_each("WH-19/{}", ("sha1", "sha512", "md5"), _digest),
    mutant("WH-19/base64", _signed(_in_base64)),
    mutant("WH-19/no-key", _signed(lambda _, body: hashlib.sha256(body).hexdigest())),
    mutant(
        "WH-19/part-of-the-key",
        _signed(lambda secret, body: hmac.digest(secret.removeprefix("whsec_live_").encode(), body, "sha256").hex()),
    ),
    mutant("WH-19/upper-case", _headed(changed(**{SIGNATURE: str.upper}))),
    mutant("WH-19/prefix", _headed(changed(**{SIGNATURE: "sha256={}".format}))),
    mutant("WH-19/another-header", _headed(renamed(SIGNATURE, "X-NovaVMS-Signature"))),
    mutant(
        "WH-19/timestamp-signed",
        delivery_headers(
            lambda found, delivery, secret: {
                **found,
                SIGNATURE: hmac.digest(secret.encode(), f"{found[AT]}.{delivery.body}".encode(), "sha256").hex(),
            }
        ),
    ),
    mutant("WH-19/1-in-20-wrong", _headed(sometimes(changed(**{SIGNATURE: lambda text: text[::-1]})))),
    mutant("WH-20/spaced", _signing(json.dumps)),
    mutant(
        "WH-20/sorted",
        _signing(lambda found: json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)),
    ),
    mutant("WH-20/escaped", _signing(lambda found: json.dumps(found, separators=(",", ":")))),
    mutant("WH-20/data-alone", _signing(lambda found: json.dumps(found["data"], separators=(",", ":")))),
    mutant("WH-20/sent-otherwise", _sending(lambda body: json.dumps(json.loads(body), indent=1).encode())),
    mutant("WH-20/line-added", _sending(lambda body: body + b"\n")),
    mutant("WH-28/unverified", around(Sender.__init__, _unverified)),
)
