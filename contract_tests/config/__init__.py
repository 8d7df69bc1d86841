"""The target file: which NovaVMS servers can be checked, the credentials of each, and how it is reached."""

from contract_tests.config.connection import ClientCertificate, Connection
from contract_tests.config.targets import (
    BEARER,
    CONTROL_PREFIX,
    FIRST_MESSAGE,
    QUERY,
    ActorConfig,
    TargetConfig,
    base_url,
    load,
    names,
)
from contract_tests.config.values import ConfigError, did_you_mean

__all__ = [
    "BEARER",
    "CONTROL_PREFIX",
    "FIRST_MESSAGE",
    "QUERY",
    "ActorConfig",
    "ClientCertificate",
    "ConfigError",
    "Connection",
    "TargetConfig",
    "base_url",
    "did_you_mean",
    "load",
    "names",
]
