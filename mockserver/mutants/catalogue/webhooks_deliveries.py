"""Mutants about webhook deliveries: request, signature, retries."""

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpcore
from msgspec.structs import replace

from mockserver.control import deliveries as delivery_log
from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Delivery, DeliveryState
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Mutants,
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
from mockserver.mutants.operators.values import backwards, changed, having, lacking, renamed, sometimes
from mockserver.mutants.operators.webhooks import (
    CONTENT_TYPE,
    ID,
    SIGNATURE,
    TIMESTAMP,
    delivery_headers,
    giving_up,
    replaying,
    succeeding,
)
from mockserver.webhooks import connection
from mockserver.webhooks.sender import Sender

MUTANTS = Mutants()
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_headers = partial(returning, domain.headers)
_logged = partial(returning, delivery_log._view)
_retry_delays = partial(constant, lambda: domain.RETRY_DELAYS)


def _retry_delay(index: int, shift: timedelta) -> Patch:
    """Make one of the delays between attempts longer or shorter."""
    return _retry_delays(lambda delays: (*delays[:index], delays[index] + shift, *delays[index + 1 :]))


def _signature(sign: Callable[[str, bytes], str]) -> Patch:
    """Sign in another way; ``sign`` gets the secret and the body."""
    return delivery_headers(lambda found, delivery, secret: {**found, SIGNATURE: sign(secret, delivery.body.encode())})


def _digest(algorithm: str) -> Patch:
    """Sign with another hash algorithm."""
    return _signature(lambda secret, body: hmac.digest(secret.encode(), body, algorithm).hex())


def _base64_digest(secret: str, body: bytes) -> str:
    """Return the signature in Base64."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def _signed_text(change: Change) -> Patch:
    """Sign another text than is sent; ``change`` gets the message and returns the text."""

    def defect(original: Original, delivery: Delivery, *others: Any) -> Any:
        return original(replace(delivery, body=change(json.loads(delivery.body))), *others)

    return around(domain.headers, defect)


def _compact(message: Any, **options: Any) -> str:
    """Return the message as JSON without spaces."""
    return json.dumps(message, separators=(",", ":"), **options)


def _sent_body(change: Callable[[bytes], bytes]) -> Patch:
    """Change the body after it was signed."""

    def defect(original: Original, self: Sender, url: str, headers: Any, body: bytes, at: datetime) -> Any:
        return original(self, url, headers, change(body), at)

    return around(Sender.post, defect)


def _method(method: str) -> Patch:
    """Send messages with another HTTP method."""

    def defect(original: Original, self: Any, _: str, *args: Any, **kwargs: Any) -> Any:
        return original(self, method, *args, **kwargs)

    return around(httpcore.AsyncHTTPConnection.stream, defect)


def _a_minute_later(delivery: Delivery) -> Delivery:
    """Return the delivery with its next attempt a minute later."""
    return replace(delivery, next_attempt_at=delivery.next_attempt_at and delivery.next_attempt_at + _MINUTE)


@MUTANTS.defect("WH-17/1-in-20-again", of=domain.headers)
@stateful
def _id_used_again() -> AnyFunction:
    """Give one message in twenty the id of the one before."""
    due, last = once_in(20), [""]

    def headers(original: Original, *args: Any) -> dict[str, str]:
        found: dict[str, str] = original(*args)
        last[0] = last[0] if due() else found[ID]
        return {**found, ID: last[0]}

    return headers


@MUTANTS.defect("WH-28/unverified", of=Sender.__init__)
def _unverified(original: Original, self: Any, allowed: Any, tls: Any, *args: Any, **kwargs: Any) -> None:
    """Accept any certificate of a receiver."""
    original(self, allowed, ssl._create_unverified_context, *args, **kwargs)


MUTANTS += (
    *for_each("WH-16/{}", ("PUT", "GET"), _method),
    mutant("WH-16/as-text", _headers(having(**{CONTENT_TYPE: "text/plain"}))),
    mutant("WH-16/as-form", _headers(having(**{CONTENT_TYPE: "application/x-www-form-urlencoded"}))),
    mutant("WH-16/no-type", _headers(lacking(CONTENT_TYPE))),
    mutant("WH-16/no-json", _sent_body(lambda body: b"payload=" + body)),
    mutant(
        "WH-17/the-webhooks", delivery_headers(lambda found, delivery, _: {**found, ID: delivery.webhook_id}), "WH-14"
    ),
    mutant("WH-17/urn", _headers(changed(**{ID: "urn:uuid:{}".format}))),
    mutant("WH-17/short", _headers(changed(**{ID: lambda text: text[:8]}))),
    mutant("WH-17/none", _headers(lacking(ID)), "WH-14"),
    mutant("WH-18/epoch", _headers(having(**{TIMESTAMP: "1767225600"}))),
    mutant("WH-18/no-zone", _headers(changed(**{TIMESTAMP: lambda text: text.removesuffix("Z")}))),
    mutant("WH-18/day", _headers(changed(**{TIMESTAMP: lambda text: text[:10]}))),
    mutant("WH-18/http-date", _headers(having(**{TIMESTAMP: "Thu, 01 Jan 2026 00:00:00 GMT"}))),
    mutant("WH-18/none", _headers(lacking(TIMESTAMP))),
    *for_each("WH-19/{}", ("sha1", "sha512", "md5"), _digest),
    mutant("WH-19/base64", _signature(_base64_digest)),
    mutant("WH-19/no-key", _signature(lambda _, body: hashlib.sha256(body).hexdigest())),
    mutant(
        "WH-19/part-of-the-key",
        _signature(lambda secret, body: hmac.digest(secret.removeprefix("whsec_live_").encode(), body, "sha256").hex()),
    ),
    mutant("WH-19/upper-case", _headers(changed(**{SIGNATURE: str.upper}))),
    mutant("WH-19/prefix", _headers(changed(**{SIGNATURE: "sha256={}".format}))),
    mutant("WH-19/another-header", _headers(renamed(SIGNATURE, "X-NovaVMS-Signature"))),
    mutant(
        "WH-19/timestamp-signed",
        delivery_headers(
            lambda found, delivery, secret: {
                **found,
                SIGNATURE: hmac.digest(secret.encode(), f"{found[TIMESTAMP]}.{delivery.body}".encode(), "sha256").hex(),
            }
        ),
    ),
    mutant("WH-19/1-in-20-wrong", _headers(sometimes(changed(**{SIGNATURE: backwards})))),
    mutant("WH-20/spaced", _signed_text(json.dumps)),
    mutant("WH-20/sorted", _signed_text(lambda message: _compact(message, sort_keys=True, ensure_ascii=False))),
    mutant("WH-20/escaped", _signed_text(_compact)),
    mutant("WH-20/data-alone", _signed_text(lambda message: _compact(message["data"]))),
    mutant("WH-20/sent-otherwise", _sent_body(lambda body: json.dumps(json.loads(body), indent=1).encode())),
    mutant("WH-20/line-added", _sent_body(lambda body: body + b"\n")),
    mutant("WH-24/any-answer", succeeding(lambda _: True)),
    mutant("WH-24/only-200", succeeding(lambda status: status == 200)),
    mutant("WH-24/not-204", succeeding(lambda status: 200 <= status < 300 and status != 204)),
    mutant("WH-24/less-than-299", succeeding(lambda status: 200 <= status < 299)),
    mutant("WH-24/up-to-300", succeeding(lambda status: 200 <= status <= 300)),
    mutant("WH-24/4xx-taken", succeeding(lambda status: 200 <= status < 300 or 400 <= status < 500)),
    mutant("WH-24/410-taken", succeeding(lambda status: 200 <= status < 300 or status == 410)),
    mutant("WH-24/4xx-for-good", giving_up(lambda delivery: 400 <= (delivery.attempts[-1].status or 0) < 500)),
    *for_each("WH-25/pause-{}-longer", range(5), lambda index: _retry_delay(index, _SECOND)),
    *for_each("WH-25/pause-{}-shorter", range(5), lambda index: _retry_delay(index, -_SECOND)),
    mutant("WH-25/four", _retry_delays(lambda delays: delays[:-1])),
    mutant("WH-25/six", _retry_delays(lambda delays: (*delays, timedelta(days=1)))),
    mutant("WH-25/none", _retry_delays(lambda _: ())),
    mutant("WH-25/every-minute", _retry_delays(lambda delays: (_MINUTE,) * len(delays))),
    mutant("WH-25/also-when-taken", succeeding(lambda _: False)),
    mutant("WH-26/another-code", _logged(changed(error=lambda code: code and "failed"))),
    mutant("WH-26/too-early", _logged(having(error="webhook_delivery_failed"))),
    mutant("WH-26/no-code", _logged(having(error=None))),
    *for_each("WH-26/{}-kept", (0, 1023, 1025, 4096), partial(replaced, lambda: connection.MAX_KEPT_BYTES)),
    mutant("WH-26/last-attempt-only", _logged(changed(attempts=lambda found: found[-1:]))),
    mutant("WH-27/nothing", replaying()),
    mutant("WH-27/pending-only", replaying(DeliveryState.PENDING), "AS-197"),
    mutant("WH-27/later", returning(domain.replay, _a_minute_later), "AS-197"),
)
