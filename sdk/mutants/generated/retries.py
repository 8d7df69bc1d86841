"""Operators on how a verb is repeated: whether, how often, after which delays, and with what."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from mutants.generated.effects import Effect
from mutants.generated.making import Forms, each_verb
from mutants.patches import Mutant
from novavms._core.options import Options

Delay = Callable[[float, httpx.Response, int], float | None]
STATUSES_5XX = (500, 503, 502, 504, 507, 599)
STATUSES_4XX = (404, 409, 400, 403, 408, 425, 413, 401)


def _where_repeated(change: Delay) -> Effect:
    """Change the delays of calls that are repeated; None repeats them no more."""
    return Effect(
        delay=lambda delay, response, attempt: None if delay is None else change(delay, response, attempt),
    )


def _not_for(status: int) -> Effect:
    return _where_repeated(lambda delay, response, _: None if response.status_code == status else delay)


def _also_for(status: int) -> Effect:
    def delay(found: float | None, response: httpx.Response, attempt: int) -> float | None:
        return 0.5 if response.status_code == status and attempt < 2 else found

    return Effect(delay=delay)


def _max_retries(change: Callable[[int], int]) -> Effect:
    def options(made: Options) -> Options:
        return replace(made, max_retries=change(made.max_retries))

    return Effect(options=options)


def _retry_after(change: Callable[[str], str | None]) -> Effect:
    """Read another Retry-After; None is as if there were none."""

    def response(found: httpx.Response) -> httpx.Response:
        text = found.headers.get("Retry-After")
        if text is not None and (changed := change(text)) != text:
            del found.headers["Retry-After"]
            if changed is not None:
                found.headers["Retry-After"] = changed
        return found

    return Effect(response=response)


def _repetition(change: Callable[[httpx.Request], httpx.Request]) -> Effect:
    """Change the requests of repetitions, but not the first one."""
    repeated: list[bool] = []

    def delay(found: float | None, response: httpx.Response, attempt: int) -> float | None:
        if found is not None:
            repeated.append(True)
        return found

    def request(sent: httpx.Request) -> httpx.Request:
        return change(sent) if repeated and repeated.pop() else sent

    return Effect(delay=delay, request=request)


def _without_query(sent: httpx.Request) -> httpx.Request:
    sent.url = sent.url.copy_with(query=None)
    return sent


def _without_key(sent: httpx.Request) -> httpx.Request:
    del sent.headers["authorization"]
    return sent


def _without_body(sent: httpx.Request) -> Any:
    headers = {name: text for name, text in sent.headers.items() if name not in {"content-length", "content-type"}}
    return httpx.Request(sent.method, sent.url, headers=headers, extensions=sent.extensions)


_NOT_REPEATED: Forms = {
    "429": ("SDK-22", _not_for(429)),
    **{str(status): ("SDK-23", _not_for(status)) for status in STATUSES_5XX},
}
_COUNTS: Forms = {
    "never": ("SDK-21", _max_retries(lambda _: 0)),
    "once-less": ("SDK-21", _max_retries(lambda times: max(0, times - 1))),
    "once-more": ("SDK-21", _max_retries(lambda times: times + 1)),
    "default": ("SDK-21", _max_retries(lambda _: 3)),
    "two-at-most": ("SDK-21", _max_retries(lambda times: min(times, 2))),
    "zero-is-default": ("SDK-21", _max_retries(lambda times: times or 3)),
}
_DELAYS: Forms = {
    "constant": ("SDK-24", _where_repeated(lambda *_: 0.5)),
    "none": ("SDK-24", _where_repeated(lambda *_: 0.0)),
    "linear": ("SDK-24", _where_repeated(lambda delay, _, attempt: 0.5 * (attempt + 1))),
    "no-growth": ("SDK-24", _where_repeated(lambda delay, _, attempt: delay / 2**attempt)),
    "one-doubling": ("SDK-24", _where_repeated(lambda delay, _, attempt: delay / 2 ** max(0, attempt - 1))),
}
_RETRY_AFTER: Forms = {
    "ignored": ("RL-13", _retry_after(lambda _: None)),
    "fraction-cut": ("RL-13,SDK-51", _retry_after(lambda text: text.partition(".")[0])),
    "date-ignored": ("RL-13", _retry_after(lambda text: text if text[0].isdigit() else None)),
    "fraction-ignored": ("RL-13,SDK-51", _retry_after(lambda text: None if "." in text else text)),
    "ten-at-most": ("RL-13", _retry_after(lambda text: str(min(10, int(text))) if text.isdigit() else text)),
    "first-digit": ("RL-13,SDK-51", _retry_after(lambda text: text[0] if text.isdigit() else text)),
}
_REPETITIONS: Forms = {
    "no-key": ("SDK-15", _repetition(_without_key)),
    "no-query": ("SDK-22,SDK-23", _repetition(_without_query)),
    "no-body": ("SDK-22,SDK-23", _repetition(_without_body)),
}

MUTANTS: dict[str, Mutant] = {
    **each_verb("not-repeated", 0, _NOT_REPEATED),
    **each_verb("not-repeated", 1, _NOT_REPEATED),
    **each_verb("times", 1, _COUNTS),
    **each_verb("delay", 0, _DELAYS),
    **each_verb("retry-after", 1, _RETRY_AFTER),
    **each_verb("also-repeated", 0, {str(status): ("SDK-25", _also_for(status)) for status in STATUSES_4XX}),
    **each_verb("repetition", 1, {"no-key": _REPETITIONS["no-key"]}),
    **each_verb(
        "repetition", 0, {"no-query": _REPETITIONS["no-query"]}, lambda verb: verb.lists or verb.name == "export"
    ),
    **each_verb(
        "repetition",
        0,
        {"no-body": _REPETITIONS["no-body"]},
        lambda verb: bool(verb.fields) and not (verb.lists or verb.walks or verb.name == "export"),
    ),
}
