"""A driver of a client of its own: correct by the pages, and otherwise than ours wherever they leave the choice.

It sends the limit that is the default anyway, has the documented name in its User-Agent only, raises classes of its own
for what has no documented one, keeps its delays free of chance, and closes its connection after every call.
"""

import json
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

JSON = dict[str, Any]
PATHS = {
    **{name: name for name in ("cameras", "events", "alerts", "sites", "users", "webhooks", "gateways")},
    "rules": "alert-rules",
    "alert_rules": "alert-rules",
}
#: Lists that take a limit.
LIMITED = ("cameras", "events", "alerts", "users")
#: Verbs beside those of every namespace: the method, the path, and what is sent.
FURTHER: dict[str, tuple[str, str, JSON]] = {
    "cameras.trigger": ("POST", "cameras/{}/trigger", {}),
    "cameras.snapshot": ("GET", "cameras/{}/snapshot", {}),
    "cameras.live_view_token": ("POST", "cameras/{}/live-view-token", {}),
    "events.export": ("GET", "events/export", {}),
    "events.acknowledge": ("PATCH", "events/{}", {"acknowledged": True}),
    "events.star": ("PATCH", "events/{}", {"starred": True}),
    "events.add_notes": ("PATCH", "events/{}", {}),
    "alerts.timeline": ("GET", "alerts/{}/timeline", {}),
    "alerts.acknowledge": ("PATCH", "alerts/{}", {"status": "acknowledged"}),
    "alerts.change_status": ("PATCH", "alerts/{}", {}),
    "rules.enable": ("PATCH", "alert-rules/{}", {"enabled": True}),
    "rules.disable": ("PATCH", "alert-rules/{}", {"enabled": False}),
    "sites.set_users": ("PUT", "sites/{}/users", {}),
    "users.invite": ("POST", "users", {}),
    "users.change_role": ("PATCH", "users/{}", {}),
    "users.revoke_session": ("DELETE", "users/{}/sessions/{}", {}),
    "webhooks.test": ("POST", "webhooks/{}/test", {}),
    "webhooks.rotate_secret": ("POST", "webhooks/{}/rotate-secret", {}),
    "gateways.generate_pairing_code": ("POST", "gateways/generate-pairing-code", {}),
    "gateways.pair": ("POST", "gateways/pair", {}),
    "gateways.telemetry": ("GET", "gateways/{}/telemetry", {}),
}
VERBS = dict(FURTHER)
for _name, _path in PATHS.items():
    VERBS |= {
        f"{_name}.list": ("GET", _path, {}),
        f"{_name}.get": ("GET", f"{_path}/{{}}", {}),
        f"{_name}.create": ("POST", _path, {}),
        f"{_name}.update": ("PATCH", f"{_path}/{{}}", {}),
        f"{_name}.remove": ("DELETE", f"{_path}/{{}}", {}),
        f"{_name}.delete": ("DELETE", f"{_path}/{{}}", {}),
    }
CLASSES = {
    400: "ValidationError",
    401: "AuthError",
    403: "AuthError",
    404: "NotFoundError",
    429: "RateLimitError",
    409: "ConflictError",
    500: "ServerError",
}
clients: dict[str, JSON] = {}
walks: dict[str, Iterator[Any]] = {}
sleeps: list[float] = []


class Failed(Exception):
    """What a call raises: the classes of the error, and what it carries."""

    def __init__(self, classes: list[str], **carried: Any) -> None:
        super().__init__(classes[0])
        self.raised = {"classes": [*classes, "NovaVMSError"], **carried}


def hello(protocol: int, fake_sleep: bool) -> JSON:
    """Say what the client has."""
    lists = {"verbs": [*VERBS, *(f"{name}.iter" for name in PATHS)], "capabilities": ["fake_sleep"]}
    options = ["api_key", "base_url", "timeout", "max_retries", "user_agent"]
    return {"protocol": 1, "language": "other", "name": "other-client", "version": "1.1", "options": options, **lists}


def make_client(options: JSON, **_: Any) -> JSON:
    """Make a client."""
    if "api_key" not in options:
        return {"raised": {"classes": ["TypeError"]}}
    name = f"client-{len(clients)}"
    clients[name] = options
    return {"client": name, "base_url": options.get("base_url", "https://api.novavms.io"), "shown": name}


def send(options: JSON, verb: str, ids: list[str], given: JSON) -> Any:
    """Make a call. Raises Failed."""
    method, path, fixed = VERBS[verb]
    namespace, name = verb.split(".")
    url = f"{options['base_url'].rstrip('/')}/api/v1/{path.format(*ids)}"
    sent, body = {**fixed, **given}, None
    if method == "GET":
        limit = {"limit": 20} if name == "list" and namespace in LIMITED else {}
        texts = {
            key: str(value).lower() if value in (True, False) else value
            for key, value in {**limit, **sent}.items()
            if value is not None
        }
        url += f"?{urlencode(texts)}" if texts else ""
    elif sent:
        body = json.dumps(sent).encode()
    for attempt in range(options.get("max_retries", 3) + 1):
        try:
            return answered(options, urllib.request.Request(url, body, method=method))
        except Failed as failed:
            status = failed.raised.get("status", 0)
            if (status != 429 and status < 500) or attempt == options.get("max_retries", 3):
                raise
            sleeps.append(max(2.0**attempt, failed.raised.get("retry_after", 0)))
    raise AssertionError


def answered(options: JSON, request: urllib.request.Request) -> Any:
    """Return the answer to a request. Raises Failed."""
    request.add_header("Authorization", f"Bearer {options['api_key']}")
    request.add_header("User-Agent", f"urllib/3 {options.get('user_agent', 'novavms-sdk/1.1')}")
    if request.data:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=options.get("timeout", 10)) as response:
            content, kind = response.read(), response.headers.get("Content-Type", "").lower()
    except urllib.error.HTTPError as error:
        raise failure(error) from None
    except OSError as error:
        raise Failed(["ConnectionFailed"], message=type(error).__name__) from None
    return json.loads(content) if "json" in kind else content if content else None


def failure(error: urllib.error.HTTPError) -> Failed:
    """Return what an answer raises."""
    try:
        body = json.loads(error.read())
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    carried = {"status": error.code, "code": body.get("error"), "message": body.get("message", error.reason)}
    carried["request_id"] = body.get("request_id")
    if error.code == 400:
        carried["field_errors"] = body.get("field_errors", {})
    if error.code == 429:
        asked = error.headers.get("Retry-After", "1")
        carried["retry_after"] = float(asked) if asked.replace(".", "", 1).isdecimal() else 60.0
    return Failed([CLASSES.get(error.code, "OtherError")], **carried)


def walk(options: JSON, namespace: str, fields: JSON) -> Iterator[Any]:
    """Yield the items of all pages."""
    while True:
        page = send(options, f"{namespace}.list", [], fields)
        yield from page["data"]
        if (cursor := page.get("next_cursor")) is None:
            return
        fields = {**fields, "cursor": cursor}


def outcome(function: Callable[[], JSON]) -> JSON:
    """Return the result of a call, with its pauses."""
    sleeps.clear()
    try:
        found = function()
    except Failed as failed:
        found = {"raised": failed.raised}
    return {**found, "pauses": list(sleeps)}


def call(client: str, verb: str, ids: list[str], fields: JSON, seconds: float) -> JSON:
    """Call a verb."""

    def found() -> JSON:
        value = send(clients[client], verb, ids, fields)
        return {"bytes": b64encode(value).decode()} if isinstance(value, bytes) else {"value": value}

    return outcome(found)


def iterate(client: str, namespace: str, fields: JSON, seconds: float) -> JSON:
    """Begin a walk."""
    name = f"walk-{len(walks)}"
    walks[name] = walk(clients[client], namespace, fields)
    return {"iterator": name}


def step(iterator: str, seconds: float) -> JSON:
    """Return the next item of a walk."""
    end = object()

    def found() -> JSON:
        item = next(walks[iterator], end)
        return {"done": True} if item is end else {"value": item}

    return outcome(found)


METHODS: dict[str, Callable[..., JSON]] = {
    **{"hello": hello, "make_client": make_client, "call": call, "iterate": iterate, "next": step},
    **{"close": lambda client: {}, "shutdown": dict},
}


def main() -> None:
    """Answer the requests of the suite."""
    for line in sys.stdin:
        request = json.loads(line)
        number, method = request.pop("id"), request.pop("method")
        sys.stdout.write(json.dumps({"id": number, "result": METHODS[method](**request)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
