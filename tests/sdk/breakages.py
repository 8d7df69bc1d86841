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
    """A fault: what a user of the SDK meets, and the edits that bring it."""

    id: str
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

#: Written after the checks were made to notice the first twelve, of other kinds.
SECOND = (
    Breakage(
        "texts-trimmed",
        "blanks at the ends of notes and names are not sent",
        (
            Edit(
                "_core/exchange.py",
                '        plain = _PLAIN.dump_python(body, mode="json")\n',
                '        plain = _PLAIN.dump_python(body, mode="json")\n'
                "        plain = {key: each.strip() if isinstance(each, str) else each for key, each in plain.items()}\n",
            ),
        ),
    ),
    Breakage(
        "repetitions-within-the-timeout",
        "a call is not repeated max_retries times when the delays together are longer than the timeout",
        (
            Edit(
                "_core/exchange.py",
                "    return max(asked, options.jitter()",
                "    total = FIRST_DELAY_SECONDS * ((2 << attempt) - 1)\n"
                "    if isinstance(options.timeout, float) and total > options.timeout:\n"
                "        return None\n"
                "    return max(asked, options.jitter()",
            ),
        ),
    ),
    Breakage(
        "page-of-a-proxy-not-repeated",
        "a 503 is not repeated when its body is a page of HTML",
        (
            Edit(
                "_core/exchange.py",
                "response.status_code < 500) or attempt",
                "response.status_code < 500) or not problem(response) or attempt",
            ),
            Edit(
                "_core/exchange.py",
                "import failure, request_id, request_line",
                "import failure, problem, request_id, request_line",
            ),
        ),
    ),
    Breakage(
        "page-of-a-proxy-is-an-error-of-pydantic",
        "an error whose body is no JSON is raised as pydantic's own error, not as a NovaVMSError",
        (
            Edit(
                "_core/answers.py",
                "    try:\n        body = JSON.validate_json(response.content)\n"
                "    except pydantic.ValidationError:\n        return {}\n",
                "    body = JSON.validate_json(response.content)\n",
            ),
        ),
    ),
    Breakage(
        "retry-after-of-a-date-is-one",
        "retry_after is 1.0 when the server says by a date how long to wait",
        (
            Edit(
                "_core/answers.py",
                "    until = http_date(asked)\n",
                "    until = http_date(asked) if not asked else None\n",
            ),
        ),
    ),
    Breakage(
        "changes-without-content-type",
        "the body of a change is sent without saying that it is JSON",
        (
            Edit(
                "_core/exchange.py",
                '        headers["Content-Type"] = "application/json"\n',
                '        if call.method != "PATCH":\n            headers["Content-Type"] = "application/json"\n',
            ),
        ),
    ),
    Breakage(
        "filters-stick",
        "a list is read with the filters of the list that was read before, too",
        (
            Edit(
                "_core/call.py",
                "def query(**filters: object)",
                "def query(known: dict[str, str] = {}, /, **filters: object)",
            ),
            Edit(
                "_core/call.py",
                "    return {name: text(name, value) for name, value in given(**filters).items()}\n",
                "    known.update({name: text(name, value) for name, value in given(**filters).items()})\n    return known\n",
            ),
        ),
    ),
    Breakage(
        "files-cut-at-64-kib",
        "of an export or a picture only the first 64 KiB are returned",
        (
            Edit(
                "_core/answers.py",
                "        return response.content\n\n    return read\n\n\ndef nothing",
                '        return next(response.iter_bytes(65_536), b"")\n\n    return read\n\n\ndef nothing',
            ),
        ),
    ),
    Breakage(
        "walk-as-deep-as-it-is-long",
        "a walk along a thousand pages ends with a RecursionError",
        (
            Edit(
                "_blocking.py",
                "        upcoming: Call[Listed[T]] | None = call\n        while upcoming is not None:\n"
                "            page = self.send(upcoming)\n            yield from page.data\n"
                "            upcoming = next_page(upcoming, page)\n",
                "        page = self.send(call)\n        yield from page.data\n        following = next_page(call, page)\n"
                "        if following is not None:\n            yield from self.walk(following)\n",
            ),
        ),
    ),
    Breakage(
        "cancelled-call-is-a-failed-one",
        "a call that is cancelled, by asyncio.timeout for one, raises a TransportError instead",
        (
            Edit(
                "_core/exchange.py",
                "    except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as error:\n",
                "    except BaseException as error:\n",
            ),
        ),
    ),
    Breakage(
        "walk-begins-where-another-was-left",
        "a walk begins with the page at which the last one along that list was given up",
        (
            Edit(
                "_blocking.py",
                "        upcoming: Call[Listed[T]] | None = call\n        while upcoming is not None:\n"
                "            page = self.send(upcoming)\n            yield from page.data\n",
                '        left = self.__dict__.setdefault("_left", {})\n'
                "        upcoming: Call[Listed[T]] | None = left.pop(call.path, call)\n"
                "        while upcoming is not None:\n            page = self.send(upcoming)\n"
                "            left[call.path] = upcoming\n            yield from page.data\n"
                "            left.pop(call.path, None)\n",
            ),
        ),
    ),
    Breakage(
        "nulls-within-objects-left-out",
        'conditions_json={"zone": None} is sent as {}',
        (
            Edit(
                "_core/exchange.py",
                '        plain = _PLAIN.dump_python(body, mode="json")\n',
                '        plain = _PLAIN.dump_python(body, mode="json")\n'
                "        for each in plain.values():\n            if isinstance(each, dict):\n"
                "                for name in [name for name, value in each.items() if value is None]:\n"
                "                    del each[name]\n",
            ),
        ),
    ),
)
