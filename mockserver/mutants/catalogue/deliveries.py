"""Wrong laws about deliveries: the request and its signature."""

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

from mockserver.domain import dates
from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Delivery
from mockserver.mutants.operators.patches import Change, Original, Patch, for_each, mutant, patch, returning, together
from mockserver.mutants.operators.values import changed, every, having, lacking, renamed, sometimes
from mockserver.webhooks import connection
from mockserver.webhooks.dispatcher import Dispatcher
from mockserver.webhooks.sender import Sender

TYPE, ID, AT, SIGNATURE = "Content-Type", "X-Webhook-ID", "X-Webhook-Timestamp", "X-Webhook-Signature"
_SECOND = timedelta(seconds=1)
_headed = partial(returning, domain, "headers")


def _heading(change: Callable[[dict[str, str], Delivery, str], dict[str, str]]) -> Patch:
    """Change the headers of an attempt by its delivery and the webhook's secret."""
    return patch(domain, "headers", lambda original: lambda delivery, secret, at: change(
        original(delivery, secret, at), delivery, secret))  # fmt: skip


def _signed(sign: Callable[[str, bytes], str]) -> Patch:
    """Sign in another way."""
    return _heading(lambda found, delivery, secret: {**found, SIGNATURE: sign(secret, delivery.body.encode())})


def _signing(change: Change) -> Patch:
    """Sign another body than is sent; ``change`` gets the message and returns the text to sign."""
    return patch(domain, "headers", lambda original: lambda delivery, secret, at: original(
        replace(delivery, body=change(json.loads(delivery.body))), secret, at))  # fmt: skip


def _digest(algorithm: str) -> Patch:
    return _signed(lambda secret, body: hmac.digest(secret.encode(), body, algorithm).hex())


def _in_base64(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def _sending(change: Change) -> Patch:
    """Change the body after it was signed."""
    return patch(Sender, "post", lambda original: lambda self, url, headers, body, at: original(
        self, url, headers, change(body), at))  # fmt: skip


def _by(method: str) -> Patch:
    return patch(httpcore.AsyncHTTPConnection, "stream", lambda original: lambda self, _, *args, **kwargs: original(
        self, method, *args, **kwargs))  # fmt: skip


def _id_used_again(original: Original) -> Any:
    """Give one message in twenty the id of the one before."""
    due, last = every(20), [""]

    def headers(*args: Any) -> dict[str, str]:
        found: dict[str, str] = original(*args)
        last[0] = last[0] if due() else found[ID]
        return {**found, ID: last[0]}

    return headers


def _id_of_the_attempt(original: Original) -> Any:
    def headers(delivery: Delivery, *rest: Any) -> dict[str, str]:
        number = f"{len(delivery.attempts):012x}"
        return {**original(delivery, *rest), ID: delivery.id[:-12] + number}

    return headers


def _dated_anew(original: Original) -> Any:
    """Put the time of the attempt into the message."""

    async def post(self: Any, url: str, headers: Any, body: bytes, at: Any) -> Any:
        message = {**json.loads(body), "timestamp": dates.text(at)}
        return await original(self, url, headers, json.dumps(message).encode(), at)

    return post


def _remembering(name: str) -> Patch:
    """Use what the webhook had at the first attempt in all the others."""

    def wrap(original: Original) -> Any:
        known: dict[str, str] = {}

        async def receiver(self: Any, delivery: Delivery) -> Any:
            webhook = await original(self, delivery)
            return webhook and replace(webhook, **{name: known.setdefault(delivery.id, getattr(webhook, name))})

        return receiver

    return patch(Dispatcher, "_receiver", wrap)


def _unverified(original: Original) -> Any:
    def init(self: Any, allowed: Any, tls: Any, *args: Any, **kwargs: Any) -> None:
        original(self, allowed, ssl._create_unverified_context, *args, **kwargs)

    return init


def _following() -> Any:
    """Follow redirects."""
    found: dict[str, str] = {}

    def reading(original: Original) -> Any:
        async def beginning(response: httpcore.Response) -> bytes:
            found.update({key.decode().lower(): value.decode() for key, value in response.headers})
            return bytes(await original(response))

        return beginning

    def posting(original: Original) -> Any:
        async def post(self: Any, url: str, *args: Any) -> Any:
            found.clear()
            attempt = await original(self, url, *args)
            return await original(self, found["location"], *args) if "location" in found else attempt

        return post

    return together(patch(connection, "_beginning", reading), patch(Sender, "post", posting))


MUTANTS = (
    *for_each("WH-16/{}", ("PUT", "GET"), _by),
    mutant("WH-16/as-text", _headed(having(**{TYPE: "text/plain"}))),
    mutant("WH-16/as-form", _headed(having(**{TYPE: "application/x-www-form-urlencoded"}))),
    mutant("WH-16/no-type", _headed(lacking(TYPE))),
    mutant("WH-16/no-json", _sending(lambda body: b"payload=" + body)),
    mutant("WH-17/the-webhooks", _heading(lambda found, delivery, _: {**found, ID: delivery.webhook_id}), "WH-14"),
    mutant("WH-17/1-in-20-again", patch(domain, "headers", _id_used_again)),
    mutant("WH-17/short", _headed(changed(**{ID: lambda text: text[:8]}))),
    mutant("WH-17/urn", _headed(changed(**{ID: "urn:uuid:{}".format}))),
    mutant("WH-17/none", _headed(lacking(ID)), "WH-14"),
    mutant("WH-18/epoch", _headed(having(**{AT: "1767225600"}))),
    mutant("WH-18/no-zone", _headed(changed(**{AT: lambda text: text.removesuffix("Z")}))),
    mutant("WH-18/day", _headed(changed(**{AT: lambda text: text[:10]}))),
    mutant("WH-18/http-date", _headed(having(**{AT: "Thu, 01 Jan 2026 00:00:00 GMT"}))),
    mutant("WH-18/none", _headed(lacking(AT))),
    *for_each("WH-19/{}", ("sha1", "sha512", "md5"), _digest),
    mutant("WH-19/base64", _signed(_in_base64)),
    mutant("WH-19/no-key", _signed(lambda _, body: hashlib.sha256(body).hexdigest())),
    mutant("WH-19/part-of-the-key", _signed(
        lambda secret, body: hmac.digest(secret.removeprefix("whsec_live_").encode(), body, "sha256").hex())),
    mutant("WH-19/upper-case", _headed(changed(**{SIGNATURE: str.upper}))),
    mutant("WH-19/prefix", _headed(changed(**{SIGNATURE: "sha256={}".format}))),
    mutant("WH-19/another-header", _headed(renamed(SIGNATURE, "X-NovaVMS-Signature"))),
    mutant("WH-19/timestamp-signed", _heading(lambda found, delivery, secret: {**found, SIGNATURE: hmac.digest(
        secret.encode(), f"{found[AT]}.{delivery.body}".encode(), "sha256").hex()})),
    mutant("WH-19/1-in-20-wrong", _headed(sometimes(changed(**{SIGNATURE: lambda text: text[::-1]})))),
    mutant("WH-20/spaced", _signing(json.dumps)),
    mutant("WH-20/sorted", _signing(lambda found: json.dumps(found, sort_keys=True, separators=(",", ":"),
                                                             ensure_ascii=False))),
    mutant("WH-20/escaped", _signing(lambda found: json.dumps(found, separators=(",", ":")))),
    mutant("WH-20/data-alone", _signing(lambda found: json.dumps(found["data"], separators=(",", ":")))),
    mutant("WH-20/sent-otherwise", _sending(lambda body: json.dumps(json.loads(body), indent=1).encode())),
    mutant("WH-20/line-added", _sending(lambda body: body + b"\n")),
    mutant("WH-28/unverified", patch(Sender, "__init__", _unverified)),
    mutant("AS-193/when-made", _heading(lambda found, one, _: {**found, AT: dates.text(one.created_at)}), "WH-25"),
    mutant("AS-193/dated-anew", patch(Sender, "post", _dated_anew), "WH-20"),
    mutant("AS-193/a-second-early", patch(domain, "headers", lambda original: lambda delivery, secret, at: original(
        delivery, secret, at - _SECOND))),
    mutant("AS-194/address-of-once", _remembering("url")),
    mutant("AS-194/secret-of-once", _remembering("secret"), "WH-29"),
    mutant("AS-198/followed", _following()),
    mutant("AS-205/of-the-attempt", patch(domain, "headers", _id_of_the_attempt), "AS-197"),
    mutant("AS-205/of-the-event", _heading(
        lambda found, delivery, _: {**found, ID: json.loads(delivery.body)["data"]["event_id"]}), "WH-14"),
)  # fmt: skip
