"""Repeats the calls of a check, and compares each answer with the one recorded; needs no package but for sockets.

The text of this module and of ``matching`` is part of every script (``replay.rendering``): they import the standard
library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from contract_tests.replay.matching import JSON, MARK, NotTried, Values, parsed, same

REPEATS, DIFFERS, NOT_TRIED = 1, 0, 2
TIMEOUT_SECONDS, SOCKET_SECONDS, MAX_BYTES = 30, 5, 64 * 1024 * 1024
SHOWN_CHARS = 600
#: So often is a call repeated.
REPETITIONS = 60
#: Headers that an answer of the API has only if the one recorded has them.
COMPARED = {"allow", "content-disposition", "retry-after", "set-cookie", "www-authenticate", "x-request-id"}
COMPARED |= {"x-ratelimit-limit", "x-ratelimit-reset"}
#: Status, headers and body.
Answer = tuple[int, dict[str, str], str]


class Player:
    """Makes the calls, each with the headers that the target file adds."""

    def __init__(self, base_url: str, control_url: str, values: Values, headers: JSON) -> None:
        self.addresses = {"api": base_url.rstrip("/"), "control": control_url.rstrip("/")}
        self.values = values
        self.headers = headers
        self.begun, self.jumped = time.monotonic(), 0.0
        self.sockets: dict[int, Any] = {}
        self.opened = contextlib.ExitStack()
        handler = type("NoRedirects", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
        self.opener = urllib.request.build_opener(handler)

    def play(self, step: JSON) -> Answer:
        """Make the call of a step and return status, headers and body."""
        if step["channel"] == "socket":
            return self.on_socket(step)
        body = self.jump(step) if advance(step) and step["status"] == 200 else step.get("body")
        return self.call(step["channel"], step["method"], step["path"], step.get("headers", {}), body)

    def jump(self, step: JSON) -> str:
        """Return the body of a jump of the clock, computed again if the check has computed it."""
        end = self.values.end_of_jump(parsed(step["answer"]["json"]["now"][4:-2]), advance(step))
        if end is None:
            return str(step["body"])
        now = parsed(json.loads(self.call("control", "GET", "/clock", {}, None)[2])["now"])
        return json.dumps({"advance": max(0.0, (end - now).total_seconds())})

    def compared(self, step: JSON) -> tuple[Answer, str | None]:
        """Make the call of a step; return its answer and what of it is not as recorded, of which nothing is learnt."""
        answer, values = self.play(step), self.values
        values.any_order = step["channel"] == "control"
        self.jumped += advance(step)
        values.moment = None if values.any_order else step["at"] + self.jumped
        values.tolerance = 1.5 + abs(time.monotonic() - self.begun - step["at"])
        if step["path"] == "/clock" and values.any_order and answer[0] == step["status"] == 200:
            values.set_clock(step["answer"]["json"], json.loads(answer[2]))
        before = values.learnt()
        wrong = differs(step, answer, values)
        if wrong and (reason := refused(step, answer[0], values)):
            raise NotTried(reason)
        if wrong:
            values.forget_since(before)
        return answer, wrong

    def until_as_recorded(self, step: JSON) -> tuple[Answer, str | None]:
        """Do the same, and repeat the call if it can be: a fault may come at every so many-th call."""
        answer, wrong = self.compared(step)
        for _ in range(REPETITIONS if wrong and repeatable(step, answer[0]) else 0):
            answer, wrong = self.compared(step)
            if not wrong:
                break
        return answer, wrong

    def call(self, channel: str, method: str, path: str, headers: JSON, body: str | None) -> Answer:
        """Make a call over HTTP."""
        url = self.addresses[channel] + self.values.fill(path)
        data = None if body is None else self.values.fill(body).encode(errors="surrogateescape")
        filled = {name: self.values.fill(text) for name, text in {**self.headers, **headers}.items()}
        try:
            request = urllib.request.Request(url, data, filled, method=method)
            with self.opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return response.status, lower(response.headers), text_of(response)
        except urllib.error.HTTPError as error:
            return error.code, lower(error.headers), text_of(error)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise NotTried(f"{method} {url}: {error}") from None

    def on_socket(self, step: JSON) -> Answer:
        """Do a step of a gateway's socket."""
        try:
            from websockets.exceptions import ConnectionClosed, InvalidStatus
            from websockets.sync.client import connect
        except ImportError:
            raise NotTried("the calls of a WebSocket need the package websockets") from None
        number = step["socket"]
        if step["method"] == "OPEN":
            url = "ws" + self.addresses["api"].removeprefix("http") + self.values.fill(step["path"])
            asked = {**self.headers, **step.get("headers", {})}
            headers = {name: self.values.fill(text) for name, text in asked.items()}
            try:
                opening = connect(url, additional_headers=headers, compression=None, ping_interval=None)
                self.sockets[number] = self.opened.enter_context(opening)
            except InvalidStatus as error:
                return error.response.status_code, {}, ""
            return 101, {}, ""
        if step["method"] == "CLOSE":
            self.sockets[number].close()
            return 101, {}, ""
        try:
            if step.get("body") is not None:
                self.sockets[number].send(self.values.fill(step["body"]))
            return 101, {}, str(self.sockets[number].recv(timeout=SOCKET_SECONDS))
        except TimeoutError:
            return 101, {}, ""
        except ConnectionClosed:
            return self.sockets[number].close_code or 1006, {}, ""

    def clean(self, undo: JSON) -> None:
        """Remove what the calls have created, and let the clock run."""
        self.opened.close()
        for channel, method, path, headers, body in undo:
            with contextlib.suppress(NotTried):
                self.call(channel, method, path, headers, body)


def advance(step: JSON) -> float:
    """Return the seconds by which a step moves the clock."""
    moves = step["channel"] == "control" and step["path"] == "/clock" and "body" in step
    return float(json.loads(step["body"]).get("advance", 0)) if moves else 0.0


def refused(step: JSON, status: int, values: Values) -> str:
    """Return why an answer says nothing of the violation, "" if it may: the control plane or a token is not usable."""
    if step["channel"] == "control" and step["status"] < 300 <= status:
        return f"the control plane answered {status} to {step['method']} {step['path']}; CONTROL_URL says where it is"
    marks = MARK.findall(step.get("headers", {}).get("authorization", ""))
    tokens = [values.about[name]["env"] for _, name in marks if "env" in values.about.get(name, {})]
    return f"the token in {tokens[0]} was refused with 401" if tokens and status == 401 != step["status"] else ""


def repeatable(step: JSON, status: int) -> bool:
    """Whether a call can be repeated: a read, or a change of which only the body differs; but not where calls count."""
    if step["channel"] != "api" or 429 in (status, step["status"]):
        return False
    return step["method"] == "GET" or (step["method"] in ("PATCH", "PUT") and status == step["status"])


def lower(headers: Any) -> dict[str, str]:
    """Return headers by their names in lower case."""
    return {name.lower(): text for name, text in headers.items()}


def text_of(response: Any) -> str:
    """Return the body of a response."""
    return str(response.read(MAX_BYTES), errors="replace")


def differs(step: JSON, answer: Answer, values: Values) -> str | None:
    """Return what of an answer is not as recorded, None if all is."""
    status, headers, text = answer
    if status != step["status"]:
        return "the status"
    recorded = step.get("answer_headers", {})
    more = COMPARED & headers.keys() if step["channel"] == "api" else set()
    for name in recorded.keys() | more:
        if name not in headers or name not in recorded or not values.matches(recorded[name], headers[name]):
            return f"the header {name}"
    answered = step.get("answer", {})
    if "text" in answered:
        return None if values.matches(answered["text"], text) else "the body"
    try:
        known = "json" not in answered or same(answered["json"], json.loads(text), values)
        return None if known or step["channel"] == "control" else values.wrong
    except ValueError:
        return "the body"


def main(about: JSON, steps: list[JSON], undo: JSON, headers: JSON, expected: str, recorded: str) -> int:
    """Make the calls and say whether the violation repeats: 1 if it does, 0 if not, 2 if that cannot be answered."""
    player = Player(os.environ["BASE_URL"], os.environ["CONTROL_URL"], Values(about), headers)
    number = 0
    try:
        for number, step in enumerate(steps, 1):
            answer, wrong = player.until_as_recorded(step)
            if wrong:
                print(f"step {number} of {len(steps)}: {step['method']} {step['path']}")
                print(f"recorded  {step['status']} {json.dumps(step.get('answer'))[:SHOWN_CHARS]}")
                print(f"now       {answer[0]} {answer[2][:SHOWN_CHARS]}")
                if number < len(steps):
                    print("This is before the last call; the command at the end of this script checks the rule anew.")
                print(f"DOES NOT REPEAT: {wrong} is not as recorded")
                return DIFFERS
    except NotTried as error:
        print(f"NOT TRIED: step {number} of {len(steps)} could not be made: {error}", file=sys.stderr)
        return NOT_TRIED
    except Exception as error:
        print(f"NOT TRIED: step {number} of {len(steps)} could not be made: {error!r}", file=sys.stderr)
        return NOT_TRIED
    finally:
        player.clean(undo)
    print(f"expected  {expected}\nactual    {recorded}\nREPEATS: all {len(steps)} answers are as recorded")
    return REPEATS
