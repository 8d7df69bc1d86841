"""Runs a server: on a free port of the loopback interface, in a thread of this process."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from tests.stranger import seed
from tests.stranger.breaks import Break
from tests.stranger.choices import Choices
from tests.stranger.records import Org
from tests.stranger.server import Options, Server
from tests.stranger.state import Clock, State

#: The actors that a target file can name; outsider_operator is one more of the second org.
ACTORS = ("owner", "admin", "operator", "viewer", "outsider", "expired")
_START_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Running:
    """A server that answers at ``base_url``, its state, and the choices that it makes."""

    base_url: str
    state: State
    choices: Choices

    @property
    def org(self) -> Org:
        """The org of the actors."""
        return self.state.orgs[0]

    @property
    def other_org(self) -> Org:
        """The org of the outsiders."""
        return self.state.orgs[1]

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens by the actors' names."""
        return {name: member.token for org in self.state.orgs for name, member in org.members.items()}

    @property
    def site_ids(self) -> list[str]:
        """The sites granted to the viewer."""
        return list(self.org.members["viewer"].site_ids or ())

    def dump(self) -> bytes:
        """Return the state of both orgs: the same bytes for the same state."""
        return self.state.dump()

    def advance(self, seconds: float) -> None:
        """Put the server's clock forward."""
        self.state.clock.advance(seconds)

    def call(
        self, actor: str | None, method: str, path: str, *, token: str | None = None, **arguments: Any
    ) -> httpx.Response:
        """Return the answer to a call of an actor, or with another token, or with none; ``path`` as in ``/events``."""
        token = self.tokens[actor] if actor else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= arguments.pop("headers", {})
        with httpx.Client(verify=False, timeout=30, trust_env=False) as client:
            answer = client.request(method, f"{self.base_url}/api/v1{path}", headers=headers, **arguments)
        assert answer.status_code < 500, answer.text
        return answer

    def target_file(self, name: str = "stranger", **settings: Any) -> str:
        """Return a target file for the contract suite, with further settings of the target."""
        lines = [f"[targets.{name}]", f'base_url = "{self.base_url}"']
        lines += [f"{key} = {_toml(value)}" for key, value in {"writes": True, **settings}.items()]
        lines.append(f"[targets.{name}.actors]")
        for actor in ACTORS:
            sites = f", site_ids = {_toml(self.site_ids)}" if actor == "viewer" else ""
            lines.append(f'{actor} = {{ token = "{self.tokens[actor]}"{sites} }}')
        return "\n".join(lines) + "\n"


def new_server(choices: Choices, breaks: Iterable[Break] = (), options: Options | None = None) -> Server:
    """Return a server with its two orgs as they are at the start."""
    clock = Clock(whole_seconds=choices.times != "fraction")
    return Server(State(seed.orgs(clock.now()), clock), choices, frozenset(breaks), options or Options())


@contextmanager
def running(
    choices: Choices | None = None, breaks: Iterable[Break] = (), *, port: int = 0, **options: Any
) -> Iterator[Running]:
    """Serve until the block ends; ``options`` are those of ``Options``."""
    server = new_server(choices or Choices(), breaks, Options(**options))
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each answer takes 40 ms
        runner = uvicorn.Server(_config(server))
        thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _wait_until_started(runner, thread)
            yield Running(f"http://127.0.0.1:{listener.getsockname()[1]}", server.state, server.choices)
        finally:
            runner.should_exit = runner.force_exit = True
            thread.join(_START_TIMEOUT_SECONDS)


def _config(server: Server) -> uvicorn.Config:
    return uvicorn.Config(
        server.app(),
        lifespan="off",
        loop="asyncio",
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=120,  # no test waits so long between two calls
    )


def _wait_until_started(runner: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while not runner.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.005)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
