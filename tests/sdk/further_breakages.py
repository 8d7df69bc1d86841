"""Twelve more faults, of other kinds, which were written when the checks noticed the first twelve."""

from tests.sdk.breakages import Breakage, Edit

SECOND = (
    Breakage(
        "texts-trimmed",
        "SDK-31",
        "blanks at the ends of notes and names are not sent",
        (
            Edit(
                "_core/exchange.py",
                '        plain = _PLAIN.dump_python(body, mode="json")\n',
                '        plain = _PLAIN.dump_python(body, mode="json")\n'
                "        plain = {key: each.strip() if hasattr(each, 'strip') else each"
                " for key, each in plain.items()}\n",
            ),
        ),
    ),
    Breakage(
        "repetitions-within-the-timeout",
        "SDK-21",
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
        "SDK-23",
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
        "SDK-45",
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
        "RL-13",
        "retry_after is 1.0 when the server says by a date how long to wait",
        (
            Edit(
                "_core/answers.py",
                "    until = http_date(asked)\n",
                "    until = None\n",
            ),
        ),
    ),
    Breakage(
        "changes-without-content-type",
        "SDK-36",
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
        "SDK-33",
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
                "    known.update({name: text(name, value) for name, value in given(**filters).items()})\n"
                "    return known\n",
            ),
        ),
    ),
    Breakage(
        "files-cut-at-64-kib",
        "SDK-31",
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
        "SDK-64",
        "a walk along a thousand pages ends with a RecursionError",
        (
            Edit(
                "_blocking.py",
                "        upcoming: Call[Listed[T]] | None = call\n        while upcoming is not None:\n"
                "            page = self.send(upcoming)\n            yield from page.data\n"
                "            upcoming = next_page(upcoming, page)\n",
                "        page = self.send(call)\n        yield from page.data\n"
                "        following = next_page(call, page)\n"
                "        if following is not None:\n            yield from self.walk(following)\n",
            ),
        ),
    ),
    Breakage(
        "cancelled-call-is-a-failed-one",
        "SDK-10",
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
        "SDK-64",
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
        "SDK-34",
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
