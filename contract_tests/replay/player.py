"""Repeats the calls of a check, and compares each answer with the one recorded; needs no package but for sockets.

The text of this module is part of every script (``replay.script``), so it imports the standard library only.
"""

import json
import os
import re
import secrets
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

REPEATS, DIFFERS, NOT_TRIED = 1, 0, 2
TIMEOUT_SECONDS, SOCKET_SECONDS, MAX_BYTES = 30, 5, 64 * 1024 * 1024
SHOWN_CHARS = 600
MARK = re.compile(r"\{\{(?:(q|t|e|a):)?([^{}]*)\}\}")
MADE_UP = re.compile(r"\{\{a:(.*):(\w+)\}\}")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
CELL = r'"[^"]*"|[^",\r\n]*'
#: Times that a check sends are moved if they are nearer than this.
NEAR_DAYS = 60
KINDS = {"0": "0123456789", "a": "abcdefghijkmnpqrstuvwxyz", "A": "ABCDEFGHJKLMNPQRSTUVWXYZ"}


class NotTried(Exception):
    """The calls could not be made."""


class Values:
    """What marks stand for: values of this replay, and the shift of its times against those recorded."""

    def __init__(self, about):
        self.about, self.known, self.times, self.born = about, {}, {}, {}
        self.moment = None
        self.shift, self.tolerance, self.any_order, self.wrong = None, 1.0, False, ""

    def value(self, name):
        """Return the value of a mark, made up or from the environment if it has none yet."""
        about = self.about[name]
        if name not in self.known and "env" in about:
            if not os.environ.get(about["env"]):
                raise NotTried(f"set {about['env']}")
            self.known[name] = os.environ[about["env"]]
        if name not in self.known and "invented" in about:
            self.known[name] = "".join(
                secrets.choice(KINDS.get(kind, kind)) for kind, count in about["invented"] for _ in range(count)
            )
        return self.known.get(name)

    def fill(self, text):
        """Return a text of a request, with values for its marks."""
        return MARK.sub(self._filled, text)

    def _filled(self, found):
        kind, name = found[1], found[2]
        if kind == "t":
            plain = name.replace("%3A", ":").replace("%2B", "+")
            moved = self.times.get(plain) or moved_time(plain, self.shift_of(plain))
            return urllib.parse.quote(moved, "") if "%" in name else moved
        value = self.value(name)
        if value is None:
            raise NotTried(f"no earlier answer has brought the value {name}")
        return urllib.parse.quote(value, "") if kind == "q" else value

    def shift_of(self, text):
        """Return by how much a time of a request is moved: times far from the recording are constants of the check."""
        if self.shift is None or abs(parsed(text) - self.anchor) > timedelta(days=NEAR_DAYS):
            return timedelta()
        return self.shift

    def matches(self, recorded, actual):
        """Whether a text of an answer is the one recorded, but for what its marks stand for; learns what they are."""
        pattern, names, end = "", [], 0
        for found in MARK.finditer(recorded):
            pattern += re.escape(recorded[end : found.start()]) + self._pattern(found, names)
            end = found.end()
        whole = re.fullmatch(pattern + re.escape(recorded[end:]), actual, re.DOTALL)
        return whole is not None and all(self._fits(*name, text) for name, text in zip(names, whole.groups()))

    def _pattern(self, found, names):
        kind, name = found[1], found[2]
        if kind is None:
            value = self.value(name)
            if value is not None:
                return re.escape(value)
            if ("v", name) in names:
                return rf"\{names.index(('v', name)) + 1}"
        names.append((kind or "v", name))
        return "(%s)" % {"t": TIME, "e": r"\d+", "a": CELL}.get(kind, self.about.get(name, {}).get("shape", ".+"))

    def _fits(self, kind, name, actual):
        if kind == "v":
            if actual in self.known.values():
                return False
            self.known[name], self.born[name] = actual, self.moment
            return True
        if kind == "a":
            return True
        if kind == "e":
            return self._near(instant(int(name)), instant(int(actual)))
        if re.sub(r"\d+", "0", name) != re.sub(r"\d+", "0", actual) or not self._near(parsed(name), parsed(actual)):
            return False
        self.times[name] = actual
        return True

    def _near(self, recorded, actual):
        if self.shift is None:
            self.shift, self.anchor = actual - recorded, recorded
        return actual == recorded or abs((actual - recorded - self.shift).total_seconds()) <= self.tolerance


def parsed(text):
    """Return the time that a text is."""
    return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text.replace("Z", "+00:00")))


def instant(seconds):
    """Return the time that is so many seconds after 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def moved_time(text, shift):
    """Return a text of a time, moved and in the same form."""
    moved = (parsed(text) + shift).isoformat(timespec="auto" if "." in text else "seconds")
    return moved.replace("+00:00", "Z") if text.endswith("Z") else moved


def same(recorded, actual, values, path=""):
    """Whether a JSON value is the one recorded; if not, ``values.wrong`` says where they differ."""
    if isinstance(recorded, dict) and isinstance(actual, dict) and recorded.keys() == actual.keys():
        return all(same(recorded[name], actual[name], values, f"{path}.{name}") for name in recorded)
    if isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
        return same_items(recorded, actual, values, path)
    if isinstance(recorded, str) and (found := MADE_UP.fullmatch(recorded)):
        known = values.known.setdefault(found[1], actual)
        equal = known == actual and found[2] in ("any", type(actual).__name__)
    elif isinstance(recorded, str) and isinstance(actual, str):
        equal = values.matches(recorded, actual)
    else:
        equal = type(recorded) is type(actual) and recorded == actual
    if not equal:
        values.wrong = path.lstrip(".") or "the body"
    return equal


def same_items(recorded, actual, values, path):
    """Whether the items of a list are those recorded.

    Nothing tells the order of items with the same times, nor that of the control plane's lists.
    """
    left = dict(enumerate(actual))
    for number, item in enumerate(recorded):
        ties = [place for place, other in enumerate(recorded) if values.any_order or tied(item, other, values)]
        for place in [number, *ties]:
            known, times = dict(values.known), dict(values.times)
            if place in left and same(item, left[place], values, f"{path}[{number}]"):
                del left[place]
                break
            values.known, values.times = known, times
        else:
            return False
    return True


def tied(one, other, values):
    """Whether nothing tells the order of two items: they have the same times, or none and were made in one second."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    stamps = [[text for text in item.values() if str(text).startswith("{{t:")] for item in (one, other)]
    if stamps[0] or stamps[1]:
        return stamps[0] == stamps[1]
    born = [values.born.get(str(item.get("id"))[2:-2]) for item in (one, other)]
    return None not in born and abs(born[0] - born[1]) <= 1


class Player:
    """Makes the calls."""

    def __init__(self, base_url, control_url, values):
        self.addresses = {"api": base_url.rstrip("/"), "control": control_url.rstrip("/")}
        self.values, self.sockets, self.orgs = values, {}, []
        handler = type("NoRedirects", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
        self.opener = urllib.request.build_opener(handler)

    def play(self, step):
        """Make the call of a step and return status, headers and body."""
        if step["channel"] == "socket":
            return self.on_socket(step)
        return self.call(step["channel"], step["method"], step["path"], step.get("headers", {}), step.get("body"))

    def call(self, channel, method, path, headers, body):
        """Make a call over HTTP."""
        url = self.addresses[channel] + self.values.fill(path)
        data = None if body is None else self.values.fill(body).encode(errors="surrogateescape")
        filled = {name: self.values.fill(text) for name, text in headers.items()}
        request = urllib.request.Request(url, data, filled, method=method)
        try:
            with self.opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return response.status, lower(response.headers), text_of(response)
        except urllib.error.HTTPError as error:
            return error.code, lower(error.headers), text_of(error)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise NotTried(f"{method} {url}: {error}") from None

    def on_socket(self, step):
        """Do a step of a gateway's socket."""
        try:
            from websockets.exceptions import ConnectionClosed, InvalidStatus
            from websockets.sync.client import connect
        except ImportError:
            raise NotTried("the calls of a WebSocket need the package websockets") from None
        number = step["socket"]
        if step["method"] == "OPEN":
            url = "ws" + self.addresses["api"].removeprefix("http") + self.values.fill(step["path"])
            headers = {name: self.values.fill(text) for name, text in step.get("headers", {}).items()}
            try:
                self.sockets[number] = connect(url, additional_headers=headers, compression=None, ping_interval=None)
            except InvalidStatus as error:
                return error.response.status_code, {}, ""
            return 101, {}, ""
        try:
            if step.get("body") is not None:
                self.sockets[number].send(self.values.fill(step["body"]))
            return 101, {}, str(self.sockets[number].recv(timeout=SOCKET_SECONDS))
        except TimeoutError:
            return 101, {}, ""
        except ConnectionClosed:
            return self.sockets[number].close_code or 1006, {}, ""

    def clean(self, undo):
        """Remove what the calls have created, and let the clock run."""
        for channel, method, path, headers, body in undo:
            try:
                self.call(channel, method, path, headers, body)
            except NotTried:
                pass


def lower(headers):
    """Return headers by their names in lower case."""
    return {name.lower(): text for name, text in headers.items()}


def text_of(response):
    """Return the body of a response."""
    return response.read(MAX_BYTES).decode(errors="replace")


def differs(step, answer, values):
    """Return what of an answer is not as recorded, None if all is."""
    status, headers, text = answer
    if status != step["status"]:
        return "the status"
    names = set(step.get("answer_headers", {}))
    for name in names:
        if name not in headers or not values.matches(step["answer_headers"][name], headers[name]):
            return f"the header {name}"
    told = step.get("answer", {})
    if "text" in told:
        return None if values.matches(told["text"], text) else "the body"
    try:
        return None if "json" not in told or same(told["json"], json.loads(text), values) else values.wrong
    except ValueError:
        return "the body"


def main(about, steps, undo, expected, recorded):
    """Make the calls and say whether the violation repeats: 1 if it does, 0 if not, 2 if that cannot be told."""
    values = Values(about)
    player = Player(os.environ["BASE_URL"], os.environ["CONTROL_URL"], values)
    begun, number, jumped = time.monotonic(), 0, 0
    try:
        for number, step in enumerate(steps, 1):
            answer = player.play(step)
            values.any_order = step["channel"] == "control"
            jumped += json.loads(step["body"]).get("advance", 0) if step["path"] == "/clock" and "body" in step else 0
            values.moment = None if values.any_order else step["at"] + jumped
            values.tolerance = 1.5 + abs(time.monotonic() - begun - step["at"])
            wrong = differs(step, answer, values)
            if wrong:
                print(f"step {number} of {len(steps)}: {step['method']} {step['path']}")
                print(f"recorded  {step['status']} {json.dumps(step.get('answer'))[:SHOWN_CHARS]}")
                print(f"now       {answer[0]} {answer[2][:SHOWN_CHARS]}")
                print(f"DOES NOT REPEAT: {wrong} is not as recorded")
                return DIFFERS
    except Exception as error:
        print(f"step {number} could not be made: {error!r}", file=sys.stderr)
        return NOT_TRIED
    finally:
        player.clean(undo)
    print(f"expected  {expected}\nactual    {recorded}\nREPEATS: all {len(steps)} answers are as recorded")
    return REPEATS
