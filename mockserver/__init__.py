"""A stateful mock of the NovaVMS API, driven by its OpenAPI document."""

__version__ = "0.1.0"

#: Where the control plane is mounted, beside the API's own paths.
CONTROL_PREFIX = "/_mock"
