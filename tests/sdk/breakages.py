"""Faults that an author of the SDK could make, which ``novavms-contract sdk`` must notice.

Each replaces a few lines of the SDK's own text, unlike the mutants of sdk/mutants, which patch objects in memory. The
first twelve were written before the checks were looked at.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """Text of a module of the SDK, which occurs there once, and what takes its place."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class Breakage:
    """A fault: the rule that it breaks, what a user of the SDK meets, and the edits that bring it."""

    id: str
    rule: str
    meets: str
    edits: tuple[Edit, ...]

    def apply(self, package: Path) -> None:
        """Break the SDK in a folder."""
        for edit in self.edits:
            module = package / edit.module
            text = module.read_text()
            if text.count(edit.old) != 1:
                raise ValueError(f"{self.id}: {edit.module} has {text.count(edit.old)} times: {edit.old}")
            module.write_text(text.replace(edit.old, edit.new))


FIRST = (
    Breakage(
        "left-out-is-null",
        "SDK-31",
        "a camera that is made without a login is sent with a login of null",
        (
            Edit(
                "_core/cameras.py",
                "login = given(username=username, password=password)",
                "login = changed(username=username, password=password)",
            ),
        ),
    ),
    Breakage(
        "unknown-value-is-the-first",
        "SDK-58",
        "a status that this version does not know is shown as the first that it knows",
        (
            Edit(
                "_core/values.py",
                "        member = str.__new__(cls, value)\n        member._name_ = member._value_ = value\n"
                "        return member\n",
                "        return next(iter(cls))\n",
            ),
        ),
    ),
    Breakage(
        "key-in-error-of-connection",
        "SDK-15",
        "the error of a server that is not there shows the headers of the request, the key among them",
        (
            Edit(
                "_core/exchange.py",
                'TransportError(f"{request_line(sent)} could not connect',
                'TransportError(f"{request_line(sent)} with {dict(sent.headers)} could not connect',
            ),
        ),
    ),
    Breakage(
        "offset-in-whole-hours",
        "SDK-32",
        "a time of India, +05:30, is sent as one half an hour away",
        (
            Edit(
                "_core/call.py",
                "return time(name, value).isoformat()\n",
                "hours = time(name, value).utcoffset() // timedelta(hours=1)  # type: ignore[operator]\n"
                '        return f"{value:%Y-%m-%dT%H:%M:%S}{hours:+03d}:00"\n',
            ),
        ),
    ),
    Breakage(
        "falsy-filter-dropped",
        "SDK-32",
        "starred=False is not sent, nor any other filter that is false",
        (
            Edit(
                "_core/call.py",
                "for name, value in given(**filters).items()}",
                "for name, value in given(**filters).items() if value}",
            ),
        ),
    ),
    Breakage(
        "user-never-disabled",
        "SDK-36",
        "users.update(id, enabled=False) sends a body without enabled",
        (
            Edit(
                "_core/users.py",
                "body = changed(display_name=display_name, role=role, enabled=enabled)",
                "body = changed(display_name=display_name, role=role, enabled=enabled or NOT_GIVEN)",
            ),
        ),
    ),
    Breakage(
        "async-answers-mixed-up",
        "SDK-10",
        "of two calls that are awaited at the same time, one is read as the answer of the other",
        (
            Edit("_awaiting.py", "        attempt = 0\n", "        attempt = 0\n        self._last: Any = call\n"),
            Edit(
                "_awaiting.py",
                "                return self._read(call, response)\n",
                "                return self._read(self._last, response)\n",
            ),
        ),
    ),
    Breakage(
        "walks-share-their-place",
        "SDK-64",
        "a walk inside another walk ends the outer one",
        (
            Edit(
                "_blocking.py",
                "        upcoming: Call[Listed[T]] | None = call\n        while upcoming is not None:\n"
                "            page = self.send(upcoming)\n            yield from page.data\n"
                "            upcoming = next_page(upcoming, page)\n",
                "        self._upcoming: Any = call\n        while self._upcoming is not None:\n"
                "            page = self.send(self._upcoming)\n            yield from page.data\n"
                "            self._upcoming = self._upcoming and next_page(self._upcoming, page)\n",
            ),
        ),
    ),
    Breakage(
        "repetitions-used-up-for-good",
        "SDK-21",
        "the calls of a client have max_retries repetitions together, after which none is repeated any more",
        (
            Edit(
                "_blocking.py",
                "        self._sleep = sleep\n",
                "        self._sleep = sleep\n        self._attempt = 0\n",
            ),
            Edit("_blocking.py", "        attempt = 0\n", ""),
            Edit(
                "_blocking.py",
                "exchange.retry_delay(options, response, attempt)",
                "exchange.retry_delay(options, response, self._attempt)",
            ),
            Edit("_blocking.py", "            attempt += 1\n", "            self._attempt += 1\n"),
        ),
    ),
    Breakage(
        "media-type-to-the-letter",
        "SDK-31",
        "an export is refused by its media type where a server writes the charset in another way",
        (
            Edit(
                "_core/answers.py",
                "if media_type(response) != expected:",
                'if response.headers.get("Content-Type") not in (expected, f"{expected}; charset=utf-8"):',
            ),
        ),
    ),
    Breakage(
        "timeout-of-a-second-at-least",
        "SDK-20",
        "a timeout of less than a second is one of a second",
        (
            Edit(
                "_core/options.py",
                "return float(timeout) if isinstance(timeout, int) else timeout",
                "return max(1.0, float(timeout)) if isinstance(timeout, int | float) else timeout",
            ),
        ),
    ),
    Breakage(
        "times-without-a-zone",
        "SDK-58",
        "the times of an answer have no zone, and cannot be compared with those that have one",
        (
            Edit(
                "_core/values.py",
                '    if isinstance(value, str) and ":60" in value:\n',
                '    if isinstance(value, str) and value.endswith("Z"):\n'
                '        return datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")\n'
                '    if isinstance(value, str) and ":60" in value:\n',
            ),
        ),
    ),
)
