"""The sessions of one user compared with a model: logins, refreshes, reused tokens and logouts in any order."""

from dataclasses import dataclass, field

import pytest
from hypothesis.stateful import invariant, precondition, rule

from contract_tests.actors import Answer
from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import INDEX, Model, pick, run_machine
from contract_tests.steps.logins import LOGOUT, ME, logged_in, new_credentials, refresh, try_login
from contract_tests.world import World


@dataclass
class Session:
    """One login: the answer with its latest tokens, the refresh tokens used, and the rule by which it ended."""

    latest: Answer
    used: list[str] = field(default_factory=list)
    ended_by: str | None = None


class SessionModel(Model):
    """One user, logged in up to five times."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        self.credentials = new_credentials(world)
        self.sessions: list[Session] = []

    @precondition(lambda self: len(self.sessions) < 5)
    @rule()
    def log_in(self) -> None:
        """Begin one more session."""
        answer = try_login(self.world, self.credentials, client_type="mobile")
        self.expect("AUTH-13", answer.is_(200), "200 for a login", answer)
        self.sessions.append(Session(answer))

    @precondition(lambda self: self.sessions)
    @rule(index=INDEX)
    def refresh(self, index: int) -> None:
        """Send the latest refresh token of a session."""
        session = pick(self.sessions, index)
        answer = refresh(self.world, session.latest["refresh_token"])
        if session.ended_by:
            self.expect(session.ended_by, answer.is_(401, "auth_required"), "401 for a session that has ended", answer)
            return
        self.expect("AUTH-13", answer.is_(200), "200 for a session that has not ended", answer)
        session.used.append(session.latest["refresh_token"])
        session.latest = answer

    @precondition(lambda self: any(session.used for session in self.sessions))
    @rule(index=INDEX)
    def reuse_token(self, index: int) -> None:
        """Send a refresh token that was used before."""
        session = pick(self.sessions, index)
        for token in session.used[:1]:
            answer = refresh(self.world, token)
            self.expect("AS-165", answer.is_(401, "auth_required"), "401 for a used token", answer)
            session.ended_by = session.ended_by or "AS-165"

    @precondition(lambda self: self.sessions)
    @rule(index=INDEX)
    def log_out(self, index: int) -> None:
        """Log out of a session."""
        session = pick(self.sessions, index)
        logged_in(self.world, session.latest).call("POST", LOGOUT)
        session.ended_by = session.ended_by or "AS-168"

    @invariant()
    def access_tokens_work_until_their_session_ends(self) -> None:
        """The latest access token of every session works as long as the session has not ended."""
        for session in self.sessions:
            answer = logged_in(self.world, session.latest).get(ME)
            self.expect(
                "AS-173",
                answer.is_(401 if session.ended_by else 200),
                "401 once the session has ended, 200 before",
                answer,
            )


@pytest.mark.rules("AUTH-13", "AS-165", "AS-168", "AS-173")
def test_sessions_follow_their_model_in_any_order(world: World, expect: Expect) -> None:
    run_machine(world, lambda: SessionModel(world, expect), examples=6, steps=20)
