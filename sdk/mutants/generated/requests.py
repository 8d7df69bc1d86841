"""Operators on what a verb sends: address, headers, timeout, HTTP client, method and path."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from mutants.generated.effects import AnyCall, Effect
from mutants.generated.making import Forms, each_verb
from mutants.generated.verbs import Verb
from mutants.patches import Mutant

_METHODS = {"GET": "POST", "POST": "PUT", "PATCH": "PUT", "PUT": "PATCH", "DELETE": "POST"}


def _header(name: str, change: Callable[[str], str | None]) -> Effect:
    """Change a header of requests; None drops it."""

    def request(sent: httpx.Request) -> httpx.Request:
        value = change(sent.headers[name])
        if value is None:
            del sent.headers[name]
        else:
            sent.headers[name] = value
        return sent

    return Effect(request=request)


def _timeout(change: Callable[[Any], Any]) -> Effect:
    """Change the timeouts of requests: connect, read, write and pool."""

    def request(sent: httpx.Request) -> httpx.Request:
        sent.extensions = {**sent.extensions, "timeout": change(sent.extensions["timeout"])}
        return sent

    return Effect(request=request)


def _url(change: Callable[[httpx.URL], httpx.URL]) -> Effect:
    def request(sent: httpx.Request) -> httpx.Request:
        sent.url = change(sent.url)
        return sent

    return Effect(request=request)


def _path(change: Callable[[str], str]) -> Effect:
    return Effect(call=lambda call: replace(call, path=change(call.path)))


def _other_id(path: str) -> str:
    """Change the last digit of the first id in a path."""
    parts = path.split("/")
    number = next(number for number, part in enumerate(parts) if part.count("-") == 4)
    parts[number] = parts[number][:-1] + ("0" if parts[number][-1] != "0" else "1")
    return "/".join(parts)


def _method(call: AnyCall) -> AnyCall:
    return replace(call, method=_METHODS[call.method])


def _takes_id(verb: Verb) -> bool:
    return not (verb.lists or verb.walks) and verb.name not in {"create", "export", "generate_pairing_code", "pair"}


def _paths(verb: Verb) -> Forms:
    """Return the ways to miss the path of a verb."""
    ways = {"slash-at-the-end": _path("{}/".format), "plural-lost": _path(lambda path: path.replace("s", "", 1))}
    if _takes_id(verb):
        ways = {"other-id": _path(_other_id), **ways, "id-in-braces": _path(lambda path: path.replace("-", "", 1))}
    return {name: (verb.rule, effect) for name, effect in ways.items()}


_KEYS: Forms = {
    "lost": ("SDK-15", _header("authorization", lambda _: None)),
    "other-scheme": ("SDK-15", _header("authorization", lambda text: text.replace("Bearer", "Token"))),
    "cut": ("SDK-15", _header("authorization", lambda text: text[:-1])),
}
_AGENTS: Forms = {
    "lost": ("SDK-27", _header("user-agent", lambda _: None)),
    "of-httpx": ("SDK-27", _header("user-agent", lambda _: f"python-httpx/{httpx.__version__}")),
    "no-version": ("SDK-27", _header("user-agent", lambda text: text.partition("/")[0])),
}
_OWN_AGENTS: Forms = {
    "lost": ("SDK-28", _header("user-agent", lambda text: text.split(" ")[0])),
    "alone": ("SDK-28", _header("user-agent", lambda text: text.partition(" ")[2] or text)),
}
_TIMEOUTS: Forms = {
    "none": ("SDK-20", _timeout(lambda found: dict.fromkeys(found))),
    "default": ("SDK-20", _timeout(lambda found: dict.fromkeys(found, 10.0))),
    "read-none": ("SDK-20", _timeout(lambda found: {**found, "read": None})),
    "connect-none": ("SDK-20", _timeout(lambda found: {**found, "connect": None})),
    "write-none": ("SDK-20", _timeout(lambda found: {**found, "write": None})),
    "doubled": ("SDK-20", _timeout(lambda found: {name: 2 * value for name, value in found.items()})),
}
_VERSIONS: Forms = {
    "another": ("SDK-03", _url(lambda url: url.copy_with(path=url.path.replace("/api/v1/", "/api/v2/")))),
    "none": ("SDK-03", _url(lambda url: url.copy_with(path=url.path.replace("/api/v1/", "/api/")))),
}
_HOSTS: Forms = {
    "hosted": ("SDK-19", _url(lambda url: url.copy_with(scheme="https", host="api.novavms.io", port=None))),
    "no-port": ("SDK-19", _url(lambda url: url.copy_with(port=None) if url.port else url.copy_with(host="localhost"))),
}

MUTANTS: dict[str, Mutant] = {
    **each_verb("key", 0, _KEYS),
    **each_verb("user-agent", 1, _AGENTS),
    **each_verb("user-agent-option", 0, _OWN_AGENTS),
    **each_verb("timeout", 1, _TIMEOUTS),
    **each_verb("timeout", 0, _TIMEOUTS),
    **each_verb("version", 0, _VERSIONS),
    **each_verb("host", 1, _HOSTS),
    **each_verb("http-client", 0, {"ignored": ("SDK-26", Effect(other_http=True))}),
    **each_verb("path", 1, _paths),
    **each_verb("method", 0, lambda verb: {"another": (verb.rule, Effect(call=_method))}),
}
