"""From the steps of a check to those of a script: marks stand for what differs each time, and for every secret.

A mark is ``{{v3}}`` (a value that an earlier answer brought, that stands in the environment, or that the script makes
up), ``{{q:v3}}`` (the same in a URL), ``{{t:2026-11-30T13:00:00Z}}`` (a time) or ``{{e:1796046485}}`` (the same in
seconds): both are relative to the time of the recording.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from urllib.parse import quote

from contract_tests.output.redaction import SECRET_NAMES, secrets_of, secrets_of_cookies
from contract_tests.replay.steps import CONTROL, MAX_TEXT_CHARS, Step

JSON = Any
#: A time, in a URL too; or what may be an id, a key or a cursor.
_WORD = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d(?:\.\d+)?(?:Z|(?:\+|%2B|-)\d\d(?::|%3A)\d\d)?|[\w-]+"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d")
_EPOCH_HEADER = "x-ratelimit-reset"
_MIN_ID_CHARS, _MIN_CURSOR_CHARS = 12, 24
#: Shorter secrets are not looked for inside of other texts.
_MIN_SECRET_CHARS = 6
#: What our own mock makes up of an event, unless the control plane is told: by a field, or a seed for all.
GENERATED_FIELDS = frozenset(
    (
        *("camera_id", "camera_name", "trigger_type", "summary", "narrative", "tags", "ai_status", "confidence"),
        *("zones", "starred", "duration_sec", "clip_start_at", "clip_end_at"),
    )
)
#: Which of several events of one second is the previous one is chance.
NEIGHBOURS = frozenset(("prev_event_id", "next_event_id"))
_EVENT = re.compile(r'"id":\s?"([^"]+)"[^{}]*?"triggered_at":\s?"([^"]+)"')
#: The name in a mark.
_USED = re.compile(r"[{:](v\d+)[.}]")
#: Cameras of the mock refuse a password that begins so.
_REFUSED = "wrong"
NO_HEADERS: Mapping[str, str] = {}
_SCHEMED = re.compile(r"^(\w+) (.+)$")


class Templates:
    """Marks of one script; ``values`` describes them, by name."""

    def __init__(self, tokens: Mapping[str, str], run_id: str = "", *, ties: bool = False) -> None:
        """``tokens`` are secrets that a script takes from the environment, and the variables there.

        ``run_id`` begins the names of what the run creates: a script uses one of its own, so that names stay unique.
        With ``ties`` some events have the same time.
        """
        self.values: dict[str, JSON] = {}
        self._marks: dict[str, str] = {}
        self._unusual: list[str] = []
        self._sent: set[str] = set()
        self._chosen: set[str] = set()
        self._triggered, self._ties = False, ties
        for secret, variable in tokens.items():
            self._name(secret, {"env": variable})
        if run_id:
            kinds = [["0", len(part)] if part.isdigit() else [part, 1] for part in re.findall(r"\d+|\D+", run_id)]
            self._name(run_id, {"invented": kinds})
            self._unusual.append(run_id)

    def row(self, step: Step, begun: float) -> JSON:
        """Return a step with marks, as the script has it."""
        if step.channel == CONTROL and step.body:
            self._chosen |= json.loads(step.body).keys()
        self._triggered |= step.path.endswith("/trigger")
        headers = {name: self._header(name, text) for name, text in step.headers.items()}
        asked = {"path": self._asked(step.path), "headers": headers, "body": self._body(step.body)}
        answer_headers = {name: self._answered_header(name, text) for name, text in step.answer_headers.items()}
        answered = {"status": step.status, "answer_headers": answer_headers, "answer": self._answer(step.answer)}
        where = {"channel": step.channel, "method": step.method, "socket": step.socket, "at": round(step.at - begun, 2)}
        return {name: value for name, value in {**where, **asked, **answered}.items() if value not in (None, {})}

    def _body(self, text: str | None) -> str | None:
        if text is None:
            return None
        for secret in secrets_of(text):
            self._invented(secret)
        return self._asked(text)

    def _header(self, name: str, text: str) -> str:
        if name == "authorization" and (found := _SCHEMED.match(text)):
            self._invented(found[2])
        for secret in secrets_of_cookies(text) if name == "cookie" else ():
            self._invented(secret)
        return self._asked(text)

    def _answered_header(self, name: str, text: str) -> str:
        if name == _EPOCH_HEADER and text.isdigit():
            return f"{{{{e:{text}}}}}"
        for secret in secrets_of_cookies(text.partition(";")[0]) if name == "set-cookie" else ():
            self._learn(secret)
        return self._answered(text)

    def _answer(self, text: str) -> JSON:
        """Return the body of an answer: its JSON in ``json``, any other text in ``text``."""
        if len(text) > MAX_TEXT_CHARS:
            return None
        try:
            return {"json": self._leaves(json.loads(text))}
        except (ValueError, RecursionError):
            return {"text": self._answered(self._table(text) if text.startswith("id,") else text)}

    def _table(self, text: str) -> str:
        """Return CSV with marks for what the target has made up."""
        rows = [*csv.reader(io.StringIO(text, newline=""))]
        unknown = [number for number, name in enumerate(rows[0]) if name in self._unknown]
        for row in rows[1:]:
            for number in unknown:
                if number < len(row):
                    row[number] = "{{a:}}"
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(rows)
        return written.getvalue()

    def _leaves(self, value: JSON, name: str = "") -> JSON:
        if isinstance(value, dict):
            found = {key: self._leaves(inner, key) for key, inner in value.items()}
            return found | self._generated(value, found.get("id"))
        if isinstance(value, list):
            return [self._leaves(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if name.endswith(SECRET_NAMES) and value:
            about = f".{{{len(value)}}}" if name.endswith("password") else shape(value)
            self._name(value, {"shape": about})
            return self._mark(value)
        return self._answered(value)

    def _generated(self, item: JSON, mark: JSON) -> JSON:
        """Return marks for those fields of an event that the target has made up, of which the type is known."""
        if "triggered_at" not in item or not isinstance(mark, str):
            return {}
        names = self._unknown & item.keys()
        return {name: f"{{{{a:{mark[2:-2]}.{name}:{_type(name, item[name])}}}}}" for name in names}

    @property
    def _unknown(self) -> frozenset[str]:
        known = self._chosen | ({"camera_name"} if "camera_id" in self._chosen else set())
        neighbours = frozenset() if self._chosen & {"from", "advance"} and not self._ties else NEIGHBOURS
        seeded = "seed" in self._chosen and not self._triggered
        return (neighbours if seeded else GENERATED_FIELDS | neighbours) - known

    def _asked(self, text: str) -> str:
        """Return a text of a request with marks; what it has besides is no news in an answer."""
        for raw in self._unusual:
            if raw in text or quote(raw, "") in text or json.dumps(raw)[1:-1] in text:
                text = text.replace(raw, self._mark(raw)).replace(json.dumps(raw)[1:-1], self._mark(raw))
                text = text.replace(quote(raw, ""), f"{{{{q:{self._marks[raw]}}}}}")
        return _WORD.sub(self._asked_word, text)

    def _asked_word(self, found: "re.Match[str]") -> str:
        word = found[0]
        if _TIME.match(word):
            return f"{{{{t:{word}}}}}"
        if word in self._marks:
            return self._mark(word)
        self._sent.add(word)
        return word

    def _answered(self, text: str) -> str:
        """Return a text of an answer with marks, new ones for values that are random."""
        for raw in self._unusual:
            text = text.replace(raw, self._mark(raw))
        return _WORD.sub(self._answered_word, text)

    def _answered_word(self, found: "re.Match[str]") -> str:
        word = found[0]
        if _TIME.match(word):
            return f"{{{{t:{word}}}}}"
        if (word not in self._marks and word in self._sent) or not (_is_random(word) or self._is_learnt(word)):
            return word
        self._learn(word)
        return self._mark(word)

    def _is_learnt(self, word: str) -> bool:
        return "shape" in self.values.get(self._marks.get(word, ""), {})

    def _learn(self, raw: str) -> None:
        self._name(raw, {"shape": shape(raw)})

    def _invented(self, secret: str) -> None:
        """Note a secret that the suite has made up, such as a wrong password: the script makes up one like it."""
        if secret:
            begun = [_REFUSED] if secret.startswith(_REFUSED) else []
            kinds = [*begun, *map(_kind, secret.removeprefix(_REFUSED))]
            self._name(secret, {"invented": [[kind, len([*run])] for kind, run in groupby(kinds)]})

    def _name(self, raw: str, about: JSON) -> None:
        if raw in self._marks or not raw:
            return
        name = self._marks[raw] = f"v{len(self._marks) + 1}"
        self.values[name] = about
        if not re.fullmatch(r"[\w-]+", raw) and len(raw) >= _MIN_SECRET_CHARS:
            self._unusual = sorted([*self._unusual, raw], key=len, reverse=True)

    def of_environment(self, what: str) -> str:
        """Return the mark of a value that nothing but the environment tells."""
        self._name(what, {"env": variable(what)})
        return self._mark(what)

    def _mark(self, raw: str) -> str:
        return f"{{{{{self._marks[raw]}}}}}"


def built(
    steps: Iterable[Step], tokens: Mapping[str, str], run_id: str = "", headers: Mapping[str, str] = NO_HEADERS
) -> JSON:
    """Return what a script needs: ``values``, ``headers``, and ``steps`` as a line of JSON each, without a secret.

    ``headers`` are those of the target file: a script takes them from the environment.
    """
    kept = of_last_org([*steps], run_id)
    times = dict(found for step in kept for found in _EVENT.findall(step.answer))
    templates = Templates(tokens, run_id, ties=len({*times.values()}) < len(times))
    added = {name: templates.of_environment(f"header {name}") for name in headers}
    rows = [templates.row(step, kept[0].at) for step in kept]
    lines = [json.dumps(row) for row in rows]
    used = {*_USED.findall(json.dumps([added, lines]))}
    values = {name: about for name, about in templates.values.items() if name in used}
    return {"values": values, "headers": added, "steps": lines}


def of_last_org(steps: list[Step], run_id: str) -> list[Step]:
    """Return the steps of the org made last, and of the clock, if nothing in it is asked that was answered before.

    The orgs before it are those of other examples of a generated check.
    """
    made = [number for number, step in enumerate(steps) if (step.method, step.path) == ("POST", "/orgs")]
    before, after = (steps[: made[-1]], steps[made[-1] :]) if made else ([], steps)
    answered = {word for step in before for word in _WORD.findall(step.answer) if _is_random(word)}
    asked = " ".join(f"{step.path} {step.body} {step.headers}" for step in after)
    if any(word in answered and not (run_id and word.startswith(run_id)) for word in _WORD.findall(asked)):
        return steps
    return [step for step in before if step.path == "/clock"] + after


def variable(what: str) -> str:
    """Return the variable of the environment from which a script takes a token or a header."""
    return f"NOVAVMS_{re.sub(r'[^0-9A-Za-z]', '_', what).upper()}"


def shape(raw: str) -> str:
    """Return a regular expression for values like this one: the same length, punctuation and kinds of characters."""
    if len(raw) > _MIN_CURSOR_CHARS * 2:
        return r"[\w.=-]+"
    if re.search(r"[^\w.@-]", raw):
        return f".{{{len(raw)}}}"
    prefix = re.match(r"(?:[a-z]+_)*", raw)
    start = prefix[0] if prefix else ""
    ending = raw[len(start) :]
    letters = "".join(name for name, used in _LETTERS.items() if re.search(f"[{used}]", ending)) or "a-zA-Z"
    if re.fullmatch(r"[0-9a-f-]+", ending):
        letters = "a-f"
    parts = (f"[0-9{letters}]{{{len(each)}}}" if each[0].isalnum() else re.escape(each) for each in _runs(ending))
    return re.escape(start) + "".join(parts)


_LETTERS = {"a-z": "a-z", "A-Z": "A-Z"}


def _type(name: str, value: JSON) -> str:
    return "any" if name in NEIGHBOURS | {"confidence"} else type(value).__name__


def _runs(text: str) -> list[str]:
    return re.findall(r"[0-9A-Za-z]+|[^0-9A-Za-z]+", text)


def _is_random(word: str) -> bool:
    has_digit, has_letter = re.search(r"\d", word), re.search("[A-Za-z]", word)
    return len(word) >= _MIN_CURSOR_CHARS or bool(len(word) >= _MIN_ID_CHARS and has_digit and has_letter)


def _kind(char: str) -> str:
    """Return a character that tells what another one is, and nothing more of it."""
    if char.isascii() and char.isalnum():
        return "0" if char.isdigit() else "A" if char.isupper() else "a"
    return char
