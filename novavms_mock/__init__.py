"""The mock in your own tests: ``NovaVMSMock`` starts or attaches to one, ``Org`` is an organisation on it.

The pytest plugin is ``novavms_mock.plugin``. This package is separate from ``mockserver`` and imports nothing of it, so
that a project may have folders of that name. What it offers is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from novavms_mock.clock import Clock as Clock
    from novavms_mock.control import MockError as MockError
    from novavms_mock.faults import Fault as Fault
    from novavms_mock.mock import NovaVMSMock as NovaVMSMock
    from novavms_mock.org import Actor as Actor
    from novavms_mock.org import Org as Org
    from novavms_mock.requests import Call as Call
    from novavms_mock.webhooks import Message as Message
    from novavms_mock.webhooks import Receiver as Receiver

_MODULES = {
    "Actor": "org",
    "Call": "requests",
    "Clock": "clock",
    "Fault": "faults",
    "Message": "webhooks",
    "MockError": "control",
    "NovaVMSMock": "mock",
    "Org": "org",
    "Receiver": "webhooks",
}


if not TYPE_CHECKING:  # a type checker would take any name

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
