"""A simulation of many gateways: they are paired, run until a limit or a signal, and are removed."""

import asyncio
import os
import ssl
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass

import httpx

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator.gateway import Gateway
from mockserver.simulator.limits import Limits
from mockserver.simulator.operator import Operator
from mockserver.simulator.stats import Refused, Stats

#: How many sockets may be opening at the same time.
_MAX_OPENING_SOCKETS = 64


@dataclass(frozen=True)
class Plan:
    """What to simulate: without ``sites`` the gateways are at all sites of the org, without ``seconds`` it runs on."""

    url: str
    token: str
    gateways: int
    sites: Sequence[str] = ()
    seconds: float | None = None
    seed: int | None = None
    control_token: str | None = None


class Simulation:
    """Gateways that run for the time of the plan, until all of them were deleted, or until ``stop`` is called."""

    def __init__(self, plan: Plan) -> None:
        self.stats = Stats(plan.gateways)
        self._plan = plan
        self._gateways: list[Gateway] = []
        self._task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Stop the simulation, or the removal of the gateways that follows it."""
        if self._task:
            self._task.cancel()

    async def run(self) -> None:
        """Simulate, and remove the gateways in the end, also after an error. Raises Refused, Unreachable."""
        plan, random_source = self._plan, RandomSource(self._plan.seed)
        async with httpx.AsyncClient(timeout=30, trust_env=False, verify=_trusted()) as client:
            limits = Limits(client, plan.url, plan.control_token)
            operator = Operator(client, plan.url, plan.token, limits, random_source, self.stats)
            await self._until_stopped(self._create_gateways(operator, random_source))
            if self._gateways:
                try:
                    await self._until_stopped(self._run_gateways())
                finally:
                    await self._until_stopped(operator.remove_gateways())
                    await limits.restore()

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        self._task = asyncio.create_task(work)
        with suppress(asyncio.CancelledError):
            await self._task

    async def _create_gateways(self, operator: Operator, random_source: RandomSource) -> None:
        """Create the gateways, at the sites of the plan or of the org. Raises Refused, Unreachable."""
        sites_of_org = await operator.sites()  # also shows that the server and the token can be used
        sites = self._plan.sites or sites_of_org
        if not sites:
            raise Refused("the org has no site for the gateways; POST /api/v1/sites adds one")
        opening = asyncio.Semaphore(_MAX_OPENING_SOCKETS)
        self._gateways = [
            Gateway(number, sites[number % len(sites)], operator, opening, random_source, self.stats)
            for number in range(1, self._plan.gateways + 1)
        ]

    async def _run_gateways(self) -> None:
        """Run all gateways; the time of the plan begins when all of them have been paired."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(gateway.run()) for gateway in self._gateways]
                for gateway in self._gateways:
                    await gateway.paired.wait()
                if self._plan.seconds is not None:
                    await asyncio.sleep(self._plan.seconds)
                    for task in tasks:
                        task.cancel()
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None


def _trusted() -> ssl.SSLContext:
    """Return the settings of HTTPS, which SSL_CERT_FILE and SSL_CERT_DIR change. Raises Refused."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise Refused(f"SSL_CERT_FILE {os.environ.get('SSL_CERT_FILE')!r} cannot be used: {error.strerror}") from None
