"""Wrong laws about repeating calls: which, how often, and after what pauses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutants.base import Mutant, Original, for_each, instead, patch
from mutants.parts import defaults, making, pausing
from novavms._awaiting import AsyncChannel
from novavms._core import exchange, options


def _never(law: Callable[[Any], bool]) -> Mutant:
    """Repeat no call whose answer is such."""
    return pausing(lambda pause, response, *_: None if law(response) else pause)


def _not(*statuses: int) -> Mutant:
    return _never(lambda response: response.status_code in statuses)


def _no(*methods: str, status: int = 0) -> Mutant:
    return _never(lambda it: it.request.method in methods and status in (0, it.status_code))


def _but(status: int, times: int) -> Mutant:
    """Repeat calls with this answer so many times at most."""

    def change(pause: float | None, response: Any, attempt: int, told: Any) -> float | None:
        return None if response.status_code == status and attempt >= times else pause

    return pausing(change)


def _also(*statuses: int, times: int = 100) -> Mutant:
    """Repeat calls with these answers too."""

    def change(pause: float | None, response: Any, attempt: int, told: Any) -> float | None:
        return 0.5 if response.status_code in statuses and attempt < min(times, told.max_retries) else pause

    return pausing(change)


def _length(change: Callable[[float, int], float]) -> Mutant:
    """Pause for another time: it is told the pause, and how many there were before."""

    def wrap(original: Original) -> Any:
        def pause(told: Any, response: Any, attempt: int) -> float | None:
            found = original(told, response, attempt)
            return None if found is None else change(found, attempt)

        return pause

    return patch(exchange, "pause", wrap)


def _as_long_as(pause: Callable[[int], float]) -> Mutant:
    return _length(lambda _, attempt: pause(attempt))


def _asked(change: Callable[[float], float | None]) -> Mutant:
    """Read another time out of Retry-After."""
    return patch(exchange, "retry_after", lambda original: lambda it: _changed(original(it), change))


def _changed(asked: float | None, change: Callable[[float], float | None]) -> float | None:
    return None if asked is None else change(asked)


def _emptied(original: Original) -> Any:
    """Send the body of a call with the first request alone."""
    seen: list[Any] = []

    def request(told: Any, http: Any, call: Any) -> Any:
        again = call.body is not None and any(call is each for each in seen)
        seen.append(call)
        return original(told, http, replace(call, body={}) if again else call)

    return request


def _never_in_a_walk(law: int) -> Mutant:
    return _never(lambda it: it.status_code == law and "cursor" in it.request.url.params)


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-21/{}-times", (0, 1, 2, 4, 5), lambda times: defaults(max_retries=times)),
    "SDK-21/once-more": making(lambda told: replace(told, max_retries=told.max_retries + 1)),
    "SDK-21/once-less": making(lambda told: replace(told, max_retries=told.max_retries - 1)),
    "SDK-21/always-three": making(lambda told: replace(told, max_retries=3)),
    "SDK-21/five-at-most": making(lambda told: replace(told, max_retries=min(told.max_retries, 5))),
    "SDK-21/zero-is-three": making(lambda told: replace(told, max_retries=told.max_retries or 3)),
    "SDK-21/for-ever": pausing(lambda pause, response, *_: 0.5 if response.status_code >= 429 else pause),
    "SDK-21/a-503-but-twice": _but(503, 2),
    "SDK-22,SDK-23/never": pausing(lambda *_: None),
    "SDK-22/not": _not(429),
    "SDK-22/get-alone": _no("POST", "PATCH", "DELETE", status=429),
    "SDK-22/no-post": _no("POST", status=429),
    "SDK-22/not-in-a-walk": _never_in_a_walk(429),
    "SDK-22/without-retry-after-alone": _never(lambda response: "Retry-After" in response.headers),
    "SDK-22/body-lost": patch(exchange, "request", _emptied),
    **for_each("SDK-23/not-{}", (500, 501, 502, 503, 504, 599), _not),
    **for_each("SDK-23/no-{}", ("POST", "PATCH", "DELETE"), _no),
    "SDK-23/get-alone": _no("POST", "PATCH", "DELETE"),
    "SDK-23/those-of-a-gateway-alone": _not(500, 501, *range(505, 600)),
    "SDK-23/up-to-511": _never(lambda response: response.status_code > 511),
    "SDK-23/not-in-a-walk": _never_in_a_walk(503),
    "SDK-23/not-by-the-async-client": patch(
        AsyncChannel, "send", lambda original: lambda self, call: original(_patient(self), call)
    ),
    "SDK-24/at-once": _as_long_as(lambda _: 0.0),
    "SDK-24/constant": _as_long_as(lambda _: 1.0),
    "SDK-24/linear": _as_long_as(lambda attempt: 0.5 * (attempt + 1)),
    "SDK-24/shrinking": _as_long_as(lambda attempt: 4.0 / 2**attempt),
    "SDK-24/by-chance-alone": _length(lambda pause, attempt: pause / 2**attempt),
    "SDK-24/linear-with-jitter": _length(lambda pause, attempt: pause / 2**attempt * (attempt + 1)),
    "SDK-24/once": _as_long_as(lambda attempt: 0.5 if attempt == 0 else 1.0),
    "SDK-24/no-growth": instead(exchange, "DOUBLINGS", 0),
    "SDK-24/one-doubling": instead(exchange, "DOUBLINGS", 1),
    **for_each("SDK-25/{}", (400, 401, 403, 404, 408, 409), _also),
    "SDK-25/all": _also(*range(400, 500)),
    "SDK-25/once-for-a-404": _also(404, times=1),
    "RL-13/ignored": _asked(lambda _: None),
    "RL-13/half": _asked(lambda seconds: seconds / 2),
    "RL-13/a-second-less": _asked(lambda seconds: seconds - 1),
    "RL-13/ten-at-most": _asked(lambda seconds: min(seconds, 10.0)),
    "RL-13/milliseconds": _asked(lambda seconds: seconds / 1000),
    "RL-13/the-first-time": pausing(lambda pause, it, attempt, _: pause if pause is None or not attempt else 0.5),
    "RL-13/with-jitter": patch(
        exchange, "pause", lambda original: lambda *told: _changed(original(*told), lambda it: it * options.chance())
    ),
}


def _patient(channel: Any) -> Any:
    """Return a channel of the same kind that repeats nothing."""
    return AsyncChannel(replace(channel._options, max_retries=0), channel._http, channel._sleep)
