from pathlib import Path

import pytest

from novavms_mock import NovaVMSMock
from tests.harness import running
from tests.novavms_mock.neighbours import run


@pytest.mark.slow
def test_workers_on_one_mock_do_not_notice_each_other_and_their_ids_repeat(tmp_path: Path) -> None:
    found = run(tmp_path, workers=2, tests=5)
    with running(fixture="small") as served, NovaVMSMock(url=served.base_url) as mock:
        orgs = [mock.new_org(seed=number) for number in range(10)]
    assert found == {f"{number} {org.id} {org.owner.token}" for number, org in enumerate(orgs)}
