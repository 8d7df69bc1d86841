"""Mutants of repeating calls: which are repeated, how often, and after which delays."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from mutants.operators import change_defaults, change_delay, change_options
from mutants.patches import Function, Mutant, around, for_each, mutant
from novavms._awaiting import AsyncChannel
from novavms._core import answers, exchange, options
from novavms._core.call import Call
from novavms._core.options import Options

Response = httpx.Response


def _max_retries(change: Callable[[int], int]) -> Mutant:
    return change_options(lambda made: replace(made, max_retries=change(made.max_retries)))


def _not_where(condition: Callable[[Response], bool]) -> Mutant:
    """Do not repeat calls whose response meets a condition."""
    return change_delay(lambda delay, response, *_: None if condition(response) else delay)


def _not_for(*statuses: int) -> Mutant:
    return _not_where(lambda response: response.status_code in statuses)


def _not_with(*methods: str, status: int = 0) -> Mutant:
    return _not_where(lambda it: it.request.method in methods and status in (0, it.status_code))


def _not_in_a_walk(status: int) -> Mutant:
    return _not_where(lambda it: it.status_code == status and "cursor" in it.request.url.params)


def _at_most(times: int, status: int) -> Mutant:
    """Repeat calls with this status only so many times."""
    return change_delay(lambda delay, it, attempt, _: None if it.status_code == status and attempt >= times else delay)


def _also_for(*statuses: int, times: int = 100) -> Mutant:
    """Repeat calls with these statuses too."""

    def change(delay: float | None, response: Response, attempt: int, made: Options) -> float | None:
        return 0.5 if response.status_code in statuses and attempt < min(times, made.max_retries) else delay

    return change_delay(change)


def _delay(change: Callable[[float, int], float]) -> Mutant:
    """Change the delays; ``change`` gets a delay and the number of repetitions before it."""
    return change_delay(lambda delay, response, attempt, _: None if delay is None else change(delay, attempt))


def _fixed_delay(delay: Callable[[int], float]) -> Mutant:
    return _delay(lambda _, attempt: delay(attempt))


def _retry_after(change: Callable[[float], float | None]) -> Mutant:
    """Read other seconds from Retry-After."""

    def retry_after(original: Function, response: Response) -> float | None:
        seconds = original(response)
        return None if seconds is None else change(seconds)

    return around(answers.retry_after, retry_after, within=exchange)


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-21/{}-times", (0, 1, 2, 4, 5), lambda times: change_defaults(max_retries=times)),
    "SDK-21/once-more": _max_retries(lambda times: times + 1),
    "SDK-21/once-less": _max_retries(lambda times: times - 1),
    "SDK-21/always-three": _max_retries(lambda times: 3),
    "SDK-21/five-at-most": _max_retries(lambda times: min(times, 5)),
    "SDK-21/zero-is-three": _max_retries(lambda times: times or 3),
    "SDK-21/for-ever": change_delay(lambda delay, response, *_: 0.5 if response.status_code >= 429 else delay),
    "SDK-21/a-503-but-twice": _at_most(2, 503),
    "SDK-22,SDK-23/never": change_delay(lambda *_: None),
    "SDK-22/not": _not_for(429),
    "SDK-22/get-alone": _not_with("POST", "PATCH", "DELETE", status=429),
    "SDK-22/no-post": _not_with("POST", status=429),
    "SDK-22/not-in-a-walk": _not_in_a_walk(429),
    "SDK-22/without-retry-after-alone": _not_where(lambda response: "Retry-After" in response.headers),
    **for_each("SDK-23/not-{}", (500, 501, 502, 503, 504, 599), _not_for),
    **for_each("SDK-23/no-{}", ("POST", "PATCH", "DELETE"), _not_with),
    "SDK-23/get-alone": _not_with("POST", "PATCH", "DELETE"),
    "SDK-23/those-of-a-gateway-alone": _not_for(500, 501, *range(505, 600)),
    "SDK-23/up-to-511": _not_where(lambda response: response.status_code > 511),
    "SDK-23/not-in-a-walk": _not_in_a_walk(503),
    "SDK-22/those-of-the-api-alone": _not_where(lambda it: it.status_code == 429 and not answers.problem(it)),
    "SDK-23/those-of-the-api-alone": _not_where(lambda it: it.status_code > 429 and not answers.problem(it)),
    "SDK-24/at-once": _fixed_delay(lambda _: 0.0),
    "SDK-24/constant": _fixed_delay(lambda _: 1.0),
    "SDK-24/linear": _fixed_delay(lambda attempt: 0.5 * (attempt + 1)),
    "SDK-24/shrinking": _fixed_delay(lambda attempt: 4.0 / 2**attempt),
    "SDK-24/by-chance-alone": _fixed_delay(lambda _: 4.0 * options.jitter()),
    "SDK-24/linear-with-jitter": _delay(lambda delay, attempt: delay / 2**attempt * (attempt + 1)),
    "SDK-24/once": _fixed_delay(lambda attempt: 0.5 if attempt == 0 else 1.0),
    "SDK-24/no-growth": _delay(lambda delay, attempt: delay / 2**attempt),
    "SDK-24/one-doubling": _delay(lambda delay, attempt: delay / 2 ** max(0, attempt - 1)),
    **for_each("SDK-25/{}", (400, 401, 403, 404, 408, 409), _also_for),
    "SDK-25/all": _also_for(*range(400, 500)),
    "SDK-25/once-for-a-404": _also_for(404, times=1),
    "RL-13/ignored": _retry_after(lambda _: None),
    "RL-13/half": _retry_after(lambda seconds: seconds / 2),
    "RL-13/a-second-less": _retry_after(lambda seconds: seconds - 1),
    "RL-13/ten-at-most": _retry_after(lambda seconds: min(seconds, 10.0)),
    "RL-13/milliseconds": _retry_after(lambda seconds: seconds / 1000),
    "RL-13/the-first-time": change_delay(lambda delay, it, attempt, _: delay if delay is None or not attempt else 0.5),
    "RL-13/with-jitter": _delay(lambda delay, attempt: delay * options.jitter()),
}


#: The calls that were sent under the mutant below; a call that is in it is repeated.
_sent: list[Call[Any]] = []


@mutant(MUTANTS, "SDK-22/body-lost", exchange.request)
def _empty_repeated_bodies(original: Function, made: Options, http: Any, call: Call[Any]) -> Any:
    repeated = call.body is not None and any(call is each for each in _sent)
    _sent.append(call)
    return original(made, http, replace(call, body={}) if repeated else call)


@mutant(MUTANTS, "SDK-23/not-by-the-async-client", AsyncChannel.send)
def _send_once(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    once = replace(channel._options, max_retries=0)
    return original(AsyncChannel(once, channel._http, channel._sleep), call)
