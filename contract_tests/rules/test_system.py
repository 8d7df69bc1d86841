"""What the service tells of itself."""

import pytest

from contract_tests.expectations import Expect
from contract_tests.world import API, World


@pytest.mark.rules("SYS-02")
def test_health_tells_of_the_parts(world: World, expect: Expect) -> None:
    for actor in (world.anonymous, world.intruder):
        for _ in range(12):
            answer = actor.get(f"{API}/health")
            expect("SYS-02", answer.is_(200), "200", answer)
            for name in ("status", "db", "go2rtc", "version"):
                expect("SYS-02", answer[name], f"something in {name}", answer)
