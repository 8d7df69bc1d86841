from collections.abc import Iterator

import pytest

from novavms import NovaVMSClient
from novavms_mock import Org


@pytest.fixture
def client(novavms_org: Org) -> Iterator[NovaVMSClient]:
    with NovaVMSClient(novavms_org.admin.token, base_url=novavms_org.base_url) as client:
        yield client
