"""Repeats the calls that the API has not answered: nobody did, or a load balancer in its place, or a rate limit did."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from contract_tests.actors import Answer, Call, NotReached, Outage, Unanswered
from contract_tests.shared_target.exclusive import LIMITED
from contract_tests.shared_target.throttle import seconds_to_wait
from contract_tests.world import EVENTS

#: The delays before a call is made again that was not answered by the API.
_BACKOFF_SECONDS = (0.5, 1.0, 2.0)
_MAX_WAITS, MAX_WAIT_SECONDS = 5, 60.0
_TOO_MANY_REQUESTS, _REMAINING = 429, "x-ratelimit-remaining"
#: The statuses that something between suite and API may answer in its place.
_IN_BETWEEN = (_TOO_MANY_REQUESTS, 502, 503, 504)
#: After how long without an answer of the API one more call decides whether the target is out of order.
_MAX_SILENCE_SECONDS, _PROBE_TIMEOUT_SECONDS = 15.0, 5.0


@dataclass
class Repetition:
    """Makes the calls of one process on a target, and knows since when the API has not answered."""

    http: httpx.Client
    #: Waits for some seconds, and lets no process call meanwhile, as a rate limit has refused a call.
    hold: Callable[[float], None] = lambda seconds: time.sleep(seconds)
    _has_request_ids: bool = False
    _silent_since: float | None = None
    _outage: str = ""

    def answer(
        self,
        call: Call,
        send: Callable[[], Answer],
        require_repeatable: Callable[[Call], None] = lambda call: None,
        is_expected: Callable[[Answer], bool] = lambda answer: False,
    ) -> Answer:
        """Return the API's answer to a call.

        One that the API did not answer is made again up to three times, after ``require_repeatable`` has found that
        to be safe. A 429 is waited for, unless it is the answer that ``is_expected``: by all processes, but by this one
        alone for a limit of the operation's own. Raises NotReached.
        """
        waits, delays = 0, iter(_BACKOFF_SECONDS)
        while True:
            outcome = self._outcome(send)
            if isinstance(outcome, Answer) and outcome.status == _TOO_MANY_REQUESTS:
                if self.is_by_api(outcome) and is_expected(outcome):
                    return outcome
                waits += 1
                wait = time.sleep if call.path.endswith(LIMITED) and not is_of_rate(outcome) else self.hold
                wait(_wait_of(outcome, waits))
            elif isinstance(outcome, Answer) and self.is_by_api(outcome):
                return outcome
            else:
                _back_off(call, outcome, next(delays, None))
                require_repeatable(call)
            call.actor.recorder.repeated += 1

    def is_by_api(self, answer: Answer) -> bool:
        """Whether the API made the answer, and not a load balancer or the like.

        The API's have an X-Request-Id if others of the target have one, else the documented body of an error.
        """
        if answer.status not in _IN_BETWEEN:
            return True
        has_id = "x-request-id" in answer.headers
        return has_id if self._has_request_ids or has_id else answer.error is not None

    def _outcome(self, send: Callable[[], Answer]) -> Answer | Unanswered:
        """Make a call and return its answer, or that it has none. Raises Outage when there has been none for long."""
        if self._outage:
            raise Outage(self._outage)
        started = time.monotonic()
        try:
            outcome: Answer | Unanswered = send()
        except Unanswered as problem:
            outcome = problem
        if isinstance(outcome, Answer) and (outcome.status == _TOO_MANY_REQUESTS or self.is_by_api(outcome)):
            self._has_request_ids |= outcome.status not in _IN_BETWEEN and "x-request-id" in outcome.headers
            self._silent_since = None
            return outcome
        self._silent_since = started if self._silent_since is None else self._silent_since
        if time.monotonic() - self._silent_since >= _MAX_SILENCE_SECONDS:
            self._require_alive(outcome)
        return outcome

    def _require_alive(self, outcome: Answer | Unanswered) -> None:
        """Ask once more. Raises Outage when the API does not answer."""
        try:
            with self.http.stream("GET", EVENTS, timeout=_PROBE_TIMEOUT_SECONDS) as response:
                alive = response.status_code not in _IN_BETWEEN or "x-request-id" in response.headers
        except httpx.HTTPError:
            alive = False
        if not alive:
            self._outage = f"the target no longer answers: {outcome}"
            raise Outage(self._outage)
        self._silent_since = None


@dataclass(frozen=True)
class OwnCalls:
    """The hooks of calls that the suite makes beside its checks: all are permitted, none is recorded."""

    repetition: Repetition

    def before(self, method: str, path: str, token: str | None, body: Any) -> None:
        """Permit every call."""

    def answer(self, call: Call, send: Callable[[], Answer]) -> Answer:
        """Return the answer to a call that reads or removes, repeated where necessary. Raises NotReached."""
        return self.repetition.answer(call, send)

    def after(self, method: str, path: str, answer: Answer) -> None:
        """Record nothing."""


def is_of_rate(answer: Answer) -> bool:
    """Whether a call was refused for the rate of calls, as its headers say."""
    return answer.headers.get(_REMAINING) == "0"


def is_of_cap(answer: Answer) -> bool:
    """Whether a call was refused for something else than the rate of calls, as its headers say."""
    return _REMAINING in answer.headers and not is_of_rate(answer)


def _wait_of(answer: Answer, waits: int) -> float:
    """Return how long a 429 asks to wait. Raises NotReached for more than a minute, or after five waits for a call."""
    seconds = seconds_to_wait(answer.headers)
    if waits > _MAX_WAITS or seconds > MAX_WAIT_SECONDS:
        raise NotReached("the rate limit is used up; requests_per_minute in the target file slows the run down")
    return seconds


def _back_off(call: Call, outcome: Answer | Unanswered, seconds: float | None) -> None:
    """Wait before the next repetition. Raises NotReached when there is none."""
    if seconds is None:
        text = outcome if isinstance(outcome, Unanswered) else f"{call}: {outcome}"
        raise NotReached(f"{len(_BACKOFF_SECONDS)} repetitions did not reach the API: {text}")
    time.sleep(seconds)
