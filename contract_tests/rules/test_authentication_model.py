"""The sessions of one person against a model: logging in, refreshing, using tokens again, logging out, in any order."""

from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract_tests.actors import Answer
from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import run_machine
from contract_tests.steps.logins import LOGOUT, ME, logged_in, new_credentials, refresh, try_login
from contract_tests.world import World

_WHICH = st.integers(0, 4)


@dataclass
class Session:
    """One login: the answer with its latest tokens, the refresh tokens that were used, and which rule ended it."""

    latest: Answer
    used: list[str] = field(default_factory=list)
    ended_by: str | None = None


class Sessions(RuleBasedStateMachine):
    """One person, logged in up to five times."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__()
        self.world = world
        self.expect = expect
        self.person = new_credentials(world)
        self.known: list[Session] = []

    @precondition(lambda self: len(self.known) < 5)
    @rule()
    def log_in(self) -> None:
        """Begin one more session."""
        answer = try_login(self.world, self.person, client_type="mobile")
        self.expect("AUTH-13", answer.is_(200), "a session to begin", answer)
        self.known.append(Session(answer))

    @precondition(lambda self: self.known)
    @rule(which=_WHICH)
    def refresh(self, which: int) -> None:
        """Send the latest refresh token of a session."""
        session = self._one(which)
        answer = refresh(self.world, session.latest["refresh_token"])
        if session.ended_by:
            self.expect(session.ended_by, answer.is_(401, "auth_required"), "401 for what ended", answer)
            return
        self.expect("AUTH-13", answer.is_(200), "a session to go on", answer)
        session.used.append(session.latest["refresh_token"])
        session.latest = answer

    @precondition(lambda self: any(session.used for session in self.known))
    @rule(which=_WHICH)
    def use_again(self, which: int) -> None:
        """Send a refresh token that was used."""
        session = self._one(which)
        for token in session.used[:1]:
            answer = refresh(self.world, token)
            self.expect("AS-165", answer.is_(401, "auth_required"), "401 for a used token", answer)
            session.ended_by = session.ended_by or "AS-165"

    @precondition(lambda self: self.known)
    @rule(which=_WHICH)
    def log_out(self, which: int) -> None:
        """Log out of a session."""
        session = self._one(which)
        logged_in(self.world, session.latest).call("POST", LOGOUT)
        session.ended_by = session.ended_by or "AS-168"

    @invariant()
    def access_follows_the_session(self) -> None:
        """The latest access token of every session opens the door as long as the session goes on."""
        for session in self.known:
            answer = logged_in(self.world, session.latest).get(ME)
            self.expect("AS-173", answer.is_(401 if session.ended_by else 200), "what the model says", answer)

    def _one(self, which: int) -> Session:
        return self.known[which % len(self.known)]


@pytest.mark.rules("AUTH-13", "AS-165", "AS-168", "AS-173")
def test_sessions_follow_their_model_in_any_order(world: World, expect: Expect) -> None:
    run_machine(world, lambda: Sessions(world, expect), examples=6, steps=20)
