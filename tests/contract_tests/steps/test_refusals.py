"""Every refusal that the document names is one that the suite can ask for."""

import httpx

from contract_tests import document
from contract_tests.actors import Recorder
from contract_tests.config import TargetConfig
from contract_tests.session import Session
from contract_tests.steps.refusals import STATUSES, refused
from contract_tests.target import Target
from contract_tests.world import World
from tests.harness import Running


def test_every_operation_is_refused_with_every_status_that_is_documented_for_it(isolated: Running) -> None:
    with httpx.Client(base_url=isolated.base_url) as http:
        session = Session(Target(TargetConfig("mock", isolated.base_url, control="/_mock")), "ct", http)
        found = {
            (operation.id, answer.status)
            for status in STATUSES
            for operation, answer in refused(World.make(session, Recorder()), status)
        }
    documented = {
        (operation.id, int(status))
        for operation in document.operations()
        for status in operation.raw["responses"]
        if status[0] == "4"
    }
    assert documented - found == set()
