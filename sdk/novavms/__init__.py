"""Typed clients for the NovaVMS REST API: NovaVMSClient blocks, AsyncNovaVMSClient is awaited (SDK-09, SDK-10)."""

from novavms import errors, models, webhooks
from novavms._core.call import NOT_GIVEN
from novavms._core.responses import RawResponse, Response
from novavms._version import __version__
from novavms.async_client import AsyncNovaVMSClient
from novavms.client import NovaVMSClient

__all__ = [
    "NOT_GIVEN",
    "AsyncNovaVMSClient",
    "NovaVMSClient",
    "RawResponse",
    "Response",
    "__version__",
    "errors",
    "models",
    "webhooks",
]
