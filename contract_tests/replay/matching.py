"""Compares an answer with the one recorded, and learns what its marks stand for (``replay.templates``).

The text of this module is part of every script (``replay.rendering``), so it imports the standard library only.
"""

from __future__ import annotations

import math
import os
import re
import secrets
import urllib.parse
from datetime import datetime, timedelta, timezone
from typing import Any

MARK = re.compile(r"\{\{(?:(q|t|e|a):)?([^{}]*)\}\}")
MADE_UP = re.compile(r"\{\{a:(.*):(\w+)\}\}")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
CELL = r'"[^"]*"|[^",\r\n]*'
#: What marks of these kinds stand for.
PATTERNS = {"t": TIME, "e": r"\d+", "a": CELL}
#: Times that a check sends are moved if they are nearer than this.
NEAR_DAYS = 60
#: So much later than it computed the clock of a check that lets it run may be.
LATE_MS = 50
KINDS = {"0": "0123456789", "a": "abcdefghijkmnpqrstuvwxyz", "A": "ABCDEFGHJKLMNPQRSTUVWXYZ"}
JSON = Any


class NotTried(Exception):
    """The calls could not be made."""


class Values:
    """What marks stand for: values of this replay, and the shift of its times against those recorded."""

    def __init__(self, about: JSON) -> None:
        self.about = about
        self.known: dict[str, JSON] = {}
        self.times: dict[str, str] = {}
        self.born: dict[str, float | None] = {}
        self.moment: float | None = None
        self.shift: timedelta | None = None
        self.sent: list[datetime] = []
        self.asked: set[str] = set()
        self.stopped: tuple[datetime, timedelta] | None = None
        self.anchor = instant(0)
        self.tolerance, self.any_order, self.wrong = 1.0, False, ""

    def set_clock(self, recorded: JSON, actual: JSON) -> None:
        """Note where the clock stands, if it stands still: times after that are exact."""
        now = [parsed(text).replace(microsecond=0) for text in (recorded["now"][4:-2], actual["now"])]
        self.stopped = (now[0], now[1] - now[0]) if actual["frozen"] else None

    def learnt(self) -> JSON:
        """Return what the marks stand for by now."""
        return dict(self.known), dict(self.times), dict(self.born), self.shift, self.anchor

    def forget_since(self, learnt: JSON) -> None:
        """Forget what marks stand for that were not known then."""
        self.known, self.times, self.born, self.shift, self.anchor = learnt

    def at_once(self, one: str, other: str) -> bool:
        """Whether two marks of times are one time, or near each other and not in the span that requests have named."""
        times = sorted(parsed(mark[4:-2]) for mark in (one, other))
        asked = self.sent and min(self.sent) <= times[1] and times[0] <= max(self.sent)
        return one == other or (not asked and (times[1] - times[0]).total_seconds() <= self.tolerance)

    def value(self, name: str) -> str | None:
        """Return the value of a mark, made up or from the environment if it has none yet."""
        about = self.about[name]
        if name not in self.known and "env" in about:
            if not os.environ.get(about["env"]):
                raise NotTried(f"set {about['env']}")
            self.known[name] = os.environ[about["env"]]
        if name not in self.known and "invented" in about:
            self.known[name] = "".join(
                secrets.choice(KINDS[kind]) if kind in KINDS else kind
                for kind, count in about["invented"]
                for _ in range(count)
            )
        return self.known.get(name)

    def fill(self, text: str) -> str:
        """Return a text of a request, with values for its marks."""
        filled = MARK.sub(self._filled, text)
        self.asked.update(re.findall(r"[\w-]+", filled))
        return filled

    def _filled(self, found: re.Match[str]) -> str:
        kind, name = found[1], found[2]
        if kind == "t":
            plain = name.replace("%3A", ":").replace("%2B", "+")
            self.sent.append(parsed(plain))
            moved = self.times.get(plain) or moved_time(plain, self.shift_of(plain))
            return urllib.parse.quote(moved, "") if "%" in name else moved
        value = self.value(name)
        if value is None:
            raise NotTried(f"no earlier answer has brought the value {name}")
        return urllib.parse.quote(value, "") if kind == "q" else value

    def shift_of(self, text: str) -> timedelta:
        """Return by how much a time of a request is moved: times far from the recording are constants of the check."""
        if self.shift is None or abs(parsed(text) - self.anchor) > timedelta(days=NEAR_DAYS):
            return timedelta()
        return self.shift

    def end_of_jump(self, recorded: datetime, seconds: float) -> datetime | None:
        """Return where the clock stands after a jump that a check computed from an instant, None after any other jump.

        A computed jump has a fraction of any length, and ends whole or half seconds from an instant that was ahead.
        """
        begun = recorded - timedelta(seconds=seconds)
        ahead = [each for each in self.times if begun < parsed(each) and computed(recorded - parsed(each), seconds)]
        if not ahead:
            return None
        nearest = min(ahead, key=lambda each: abs(recorded - parsed(each)))
        return parsed(self.times[nearest]) + (recorded - parsed(nearest))

    def matches(self, recorded: str, actual: str) -> bool:
        """Whether a text of an answer is the one recorded, but for what its marks stand for; learns what they are."""
        pattern, end = "", 0
        names: list[tuple[str, str]] = []
        for found in MARK.finditer(recorded):
            pattern += re.escape(recorded[end : found.start()]) + self._pattern(found, names)
            end = found.end()
        complete = re.fullmatch(pattern + re.escape(recorded[end:]), actual, re.DOTALL)
        return complete is not None and all(self._fits(*name, complete[number]) for number, name in enumerate(names, 1))

    def _pattern(self, found: re.Match[str], names: list[tuple[str, str]]) -> str:
        kind, name = found[1], found[2]
        if kind is None:
            value = self.value(name)
            if value is not None:
                return re.escape(value)
            if ("v", name) in names:
                return rf"\{names.index(('v', name)) + 1}"
        names.append((kind or "v", name))
        shape = str(self.about.get(name, {}).get("shape", ".+"))
        return f"({PATTERNS.get(kind or '', shape)})"

    def _fits(self, kind: str, name: str, actual: str) -> bool:
        if kind == "v":
            if actual in self.known.values() or actual in self.asked:
                return False
            self.known[name], self.born[name] = actual, self.moment
            return True
        if kind == "a":
            return True
        if kind == "e":
            times = [instant(int(seconds)) for seconds in (name, actual)]
            self.times[times[0].isoformat()] = times[1].isoformat()
            return self._near(*times)
        if re.sub(r"\d+", "0", name) != re.sub(r"\d+", "0", actual) or not self._is_time(name, actual):
            return False
        self.times[name] = actual
        return True

    def _is_time(self, recorded: str, actual: str) -> bool:
        if self.stopped and parsed(recorded) > self.stopped[0] and recorded not in self.times:
            return parsed(actual) - parsed(recorded) == self.stopped[1]
        return self._near(parsed(recorded), parsed(actual))

    def _near(self, recorded: datetime, actual: datetime) -> bool:
        if self.shift is None:
            self.shift, self.anchor = actual - recorded, recorded
        return actual == recorded or abs((actual - recorded - self.shift).total_seconds()) <= self.tolerance


def computed(left: timedelta, seconds: float) -> bool:
    """Whether a jump of so many seconds was computed, if so much is left to an instant, or later by one call."""
    is_constant = math.isclose(seconds, round(seconds, 3))
    return not is_constant and round(left.total_seconds() * 1000) % 500 < LATE_MS


def parsed(text: str) -> datetime:
    """Return the time that a text is."""
    return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text.replace("Z", "+00:00")))


def instant(seconds: int) -> datetime:
    """Return the time that is so many seconds after 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc)  # noqa: UP017 - scripts run on Python 3.9 too


def moved_time(text: str, shift: timedelta) -> str:
    """Return a text of a time, moved and in the same form."""
    moved = (parsed(text) + shift).isoformat(timespec="auto" if "." in text else "seconds")
    return moved.replace("+00:00", "Z") if text.endswith("Z") else moved


def same(recorded: JSON, actual: JSON, values: Values, path: str = "") -> bool:
    """Whether a JSON value is the one recorded; if not, ``values.wrong`` says where they differ."""
    if isinstance(recorded, dict) and isinstance(actual, dict) and recorded.keys() == actual.keys():
        fields = [same(recorded[name], actual[name], values, f"{path}.{name}") for name in recorded]
        return all(fields)
    if isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
        return same_items(recorded, actual, values, path)
    if isinstance(recorded, str) and (found := MADE_UP.fullmatch(recorded)):
        known = values.known.setdefault(found[1], actual)
        equal = found[2] == "any" or (known == actual and found[2] == type(actual).__name__)
    elif isinstance(recorded, str) and isinstance(actual, str):
        equal = values.matches(recorded, actual)
    else:
        equal = type(recorded) is type(actual) and recorded == actual
    if not equal:
        values.wrong = path.lstrip(".") or "the body"
    return equal


def same_items(recorded: list[JSON], actual: list[JSON], values: Values, path: str) -> bool:
    """Whether the items of a list are those recorded.

    Nothing tells the order of items with the same times, nor that of the control plane's lists.
    """
    left = dict(enumerate(actual))
    for number, item in enumerate(recorded):
        ties = [place for place, other in enumerate(recorded) if values.any_order or tied(item, other, values)]
        for place in [number, *ties]:
            before = values.learnt()
            if place in left and same(item, left[place], values, f"{path}[{number}]"):
                del left[place]
                break
            values.forget_since(before)
        else:
            return False
    return True


def tied(one: JSON, other: JSON, values: Values) -> bool:
    """Whether nothing tells the order of two items: they have the same times, or were made in about one second."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    stamps = [[text for text in item.values() if str(text).startswith("{{t:")] for item in (one, other)]
    if stamps[0] or stamps[1]:
        return len(stamps[0]) == len(stamps[1]) and all(map(values.at_once, *stamps))
    born = [values.born.get(str(item.get("id"))[2:-2]) for item in (one, other)]
    return born[0] is not None and born[1] is not None and abs(born[0] - born[1]) <= 1
