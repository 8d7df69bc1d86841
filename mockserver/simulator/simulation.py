"""The fleet as a whole: paired, kept running, stopped and removed."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

import httpx

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator.gateway import Gateway
from mockserver.simulator.limits import Limits
from mockserver.simulator.operator import Operator
from mockserver.simulator.plan import Plan
from mockserver.simulator.stats import Refused, Stats

#: Sockets that may be opening at a time.
_DOOR = 64


class Simulation:
    """A fleet that runs until its time is over, all its gateways were deleted, or ``stop`` is called."""

    def __init__(self, plan: Plan) -> None:
        self.stats = Stats(plan.gateways)
        self._plan = plan
        self._gateways: list[Gateway] = []
        self._under_way: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """End what is under way: the simulation, or if that is over, the removal of the gateways."""
        if self._under_way:
            self._under_way.cancel()

    async def run(self) -> None:
        """Simulate, and remove the gateways in any case. Raises Refused, Unreachable."""
        plan, random_source = self._plan, RandomSource(self._plan.seed)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            limits = Limits(client, plan.url, plan.control_token)
            operator = Operator(client, plan.url, plan.token, limits, random_source, self.stats)
            await self._until_stopped(self._muster(operator, random_source))
            if self._gateways:
                try:
                    await self._until_stopped(self._live())
                finally:
                    await self._until_stopped(operator.clear())
                    await limits.restore()

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        self._under_way = asyncio.create_task(work)
        with suppress(asyncio.CancelledError):
            await self._under_way

    async def _muster(self, operator: Operator, random_source: RandomSource) -> None:
        """Make the gateways, having found out that server and token are good, and where the gateways can stand."""
        known = await operator.sites()
        sites = self._plan.sites or known
        if not sites:
            raise Refused("the org has no site where gateways could stand; POST /api/v1/sites adds one")
        door = asyncio.Semaphore(_DOOR)
        self._gateways = [
            Gateway(number, sites[number % len(sites)], operator, door, random_source, self.stats)
            for number in range(1, self._plan.gateways + 1)
        ]

    async def _live(self) -> None:
        """Run all gateways, for the time of the plan once all have been paired."""
        try:
            async with asyncio.TaskGroup() as group:
                lives = [group.create_task(gateway.live()) for gateway in self._gateways]
                for gateway in self._gateways:
                    await gateway.ready.wait()
                if self._plan.seconds is not None:
                    await asyncio.sleep(self._plan.seconds)
                    for life in lives:
                        life.cancel()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
