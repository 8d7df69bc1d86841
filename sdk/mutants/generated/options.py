"""Operators on the options of a client: each form of an option that is changed or ignored, for one client."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import httpx

from mutants.generated.making import named
from mutants.generated.verbs import KINDS
from mutants.patches import Function, Mutant, around
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms._core.options import Options

_INITS: dict[str, Function] = dict(zip(KINDS, (NovaVMSClient.__init__, AsyncNovaVMSClient.__init__), strict=True))


def _made_with(kind: str, change: Callable[[Options], Options]) -> Mutant:
    """Let one client be made with other options."""

    def init(original: Function, client: Any, *arguments: Any, **given: Any) -> None:
        original(client, *arguments, **given)
        client._options = client.sites._channel._options = change(client._options)

    return around(_INITS[kind], init)


def _http(kind: str, change: Callable[[Any], Any]) -> Mutant:
    """Let one client use another HTTP client than the one that is passed."""

    def init(original: Function, client: Any, *arguments: Any, **given: Any) -> None:
        original(client, *arguments, **given)
        if given.get("http_client") is not None:
            client.sites._channel._http = change(given["http_client"])

    return around(_INITS[kind], init)


def _url(change: Callable[[httpx.URL], str]) -> Callable[[Options], Options]:
    return lambda made: replace(made, base_url=change(httpx.URL(made.base_url)).removesuffix("/"))


def _without_last_segment(url: httpx.URL) -> str:
    """Return a URL as relative references are resolved against it."""
    return str(url).rpartition("/")[0] if url.path.strip("/") else str(url)


def _slash_kept(original: Function, client: Any, *arguments: Any, **given: Any) -> None:
    original(client, *arguments, **given)
    if str(given.get("base_url", "")).endswith("/"):
        client.sites._channel._options = replace(client._options, base_url=given["base_url"])


def _header(name: str, change: Callable[[str], str]) -> Callable[[Options], Options]:
    return lambda made: replace(made, headers=httpx.Headers({**made.headers, name: change(made.headers[name])}))


def _timeout(change: Callable[[Any], float]) -> Callable[[Options], Options]:
    return lambda made: replace(made, timeout=change(made.timeout))


def _retries(change: Callable[[int], int]) -> Callable[[Options], Options]:
    return lambda made: replace(made, max_retries=change(made.max_retries))


#: For each operator and form, the rule that it breaks and what becomes of the options.
_FORMS: dict[str, dict[str, tuple[str, Callable[[Options], Options]]]] = {
    "base-url": {
        "path-lost": ("SDK-19", _url(lambda url: str(url.copy_with(path="/")))),
        "last-segment-lost": ("SDK-19", _url(_without_last_segment)),
        "port-lost": ("SDK-19", _url(lambda url: str(url.copy_with(port=None)))),
        "always-tls": ("SDK-19", _url(lambda url: str(url.copy_with(scheme="https")))),
        "never-tls": ("SDK-19", _url(lambda url: str(url.copy_with(scheme="http")))),
        "path-lower": ("SDK-19", _url(lambda url: str(url.copy_with(path=url.path.lower())))),
        "path-decoded": ("SDK-19", _url(lambda url: unquote(str(url)).replace(" ", "+"))),
        "subdomain-lost": ("SDK-19", _url(lambda url: str(url.copy_with(host=url.host.partition(".")[2] or url.host)))),
        "brackets-lost": ("SDK-19", _url(lambda url: str(url).replace("[", "").replace("]", ""))),
    },
    "api-key": {
        "signs-lost": ("SDK-15", _header("authorization", lambda text: text.replace("-", ""))),
        "cut": ("SDK-15", _header("authorization", lambda text: text[:40])),
        "upper": ("SDK-15", _header("authorization", lambda text: f"Bearer {text[7:].upper()}")),
        "prefix-lost": ("SDK-15", _header("authorization", lambda text: text.replace("sk_live_", ""))),
    },
    "timeout-option": {
        "whole-seconds": ("SDK-20", _timeout(lambda seconds: float(round(seconds) or 1))),
        "one-at-least": ("SDK-20", _timeout(lambda seconds: max(1.0, seconds))),
        "thirty-at-most": ("SDK-20", _timeout(lambda seconds: min(30.0, seconds))),
        "ten-at-most": ("SDK-20", _timeout(lambda seconds: min(10.0, seconds))),
    },
    "retries-option": {
        "zero-ignored": ("SDK-21", _retries(lambda times: times or 3)),
        "five-at-most": ("SDK-21", _retries(lambda times: min(times, 5))),
        "one-at-least": ("SDK-21", _retries(lambda times: max(times, 1))),
        "ten-at-most": ("SDK-21", _retries(lambda times: min(times, 10))),
    },
    "agent-option": {
        "lower": ("SDK-28", _header("user-agent", str.lower)),
        "first-word": ("SDK-28", _header("user-agent", lambda text: " ".join(text.split(" ")[:2]))),
        "version-cut": ("SDK-28", _header("user-agent", lambda text: text.rpartition("/")[0])),
        "cut": ("SDK-28", _header("user-agent", lambda text: text[:32])),
    },
}
#: What a client takes over of an HTTP client that is passed, but for the part that the form names.
_HTTP_FORMS: dict[str, Callable[[Any], Any]] = {
    "transport-lost": lambda http: type(http)(headers=http.headers, mounts=None),
    "headers-lost": lambda http: _copy(http, headers=None),
    "event-hooks-lost": lambda http: _copy(http, event_hooks=None),
    "cookies-lost": lambda http: _copy(http, cookies=None),
    "mounts-lost": lambda http: _copy(http, mounts={}),
}


def _copy(http: Any, **changed: Any) -> Any:
    """Return an HTTP client like another one, except for what is changed."""
    kept = {
        "transport": http._transport,
        "headers": http.headers,
        "event_hooks": http.event_hooks,
        "cookies": http.cookies,
        "mounts": {pattern.pattern: transport for pattern, transport in http._mounts.items()},
    }
    return type(http)(**{**kept, **changed})


MUTANTS: dict[str, Mutant] = {
    **{
        named(operator, rule, f"{kind}:{form}"): _made_with(kind, change)
        for operator, forms in _FORMS.items()
        for form, (rule, change) in forms.items()
        for kind in KINDS
    },
    **{
        named("http-client-option", "SDK-26", f"{kind}:{form}"): _http(kind, change)
        for form, change in _HTTP_FORMS.items()
        for kind in KINDS
    },
    **{named("base-url", "SDK-19", f"{kind}:slash-kept"): around(_INITS[kind], _slash_kept) for kind in KINDS},
}
