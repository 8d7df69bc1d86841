"""A NovaVMS that runs on your own machine: stateful, driven by the OpenAPI document."""

__version__ = "0.1.0"
