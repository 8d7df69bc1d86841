"""Mutants of the installed package: its metadata, its names, its annotations."""

import sys
from importlib import metadata
from inspect import Parameter, Signature
from types import SimpleNamespace
from typing import Any

import novavms
from mutants.patches import (
    Function,
    Mutant,
    around,
    attribute,
    both,
    entry,
    for_each,
    mutant,
    removed,
    reshaped,
    together,
)
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms.async_client import AsyncEvents
from novavms.client import Events


def _metadata(requires: Any = None, **changed: str | None) -> Mutant:
    """Change the metadata of the distribution; None drops a field."""

    def distribution(original: Function, name: str) -> Any:
        found = original(name)
        about: Any = found.metadata  # a new object each time
        for field, value in changed.items():
            del about[field.replace("_", "-")]
            if value is not None:
                about[field.replace("_", "-")] = value
        return SimpleNamespace(metadata=about, requires=requires or found.requires)

    return around(metadata.distribution, distribution)


def _requiring(httpx: str = "httpx>=0.27", pydantic: str = "pydantic>=2.5") -> Mutant:
    return _metadata(requires=[text for text in (httpx, pydantic) if text])


def _last_unannotated(signature: Signature) -> Signature:
    *others, last = signature.parameters.values()
    return signature.replace(parameters=[*others, last.replace(annotation=Parameter.empty)])


def _return_unannotated(signature: Signature) -> Signature:
    return signature.replace(return_annotation=Signature.empty)


MUTANTS: dict[str, Mutant] = {
    "SDK-01/of-another-name": _metadata(Name="novavms"),
    "SDK-02/not-declared": _metadata(Requires_Python=None),
    **for_each(
        "SDK-02/{}", (">=3.11", ">=3.10,<3.13", "<3.14", "!=3.12.*,>=3.10"), lambda it: _metadata(Requires_Python=it)
    ),
    **for_each("SDK-05/{}", ("httpx", "httpx>=0.25", "httpx>=0.28", "httpx<0.27", "httpcore>=1"), _requiring),
    **for_each(
        "SDK-06/{}",
        ("pydantic", "pydantic>=1.10", "pydantic>=2.6", "pydantic==2.4.*", "pydantic-core>=2.5"),
        lambda text: _requiring(pydantic=text),
    ),
    "SDK-07/httpx-on-request": _requiring(httpx='httpx>=0.27; extra == "http"'),
    "SDK-07/pydantic-on-request": _requiring(pydantic='pydantic>=2.5; extra == "models"'),
    "SDK-07/pydantic-not-named": _requiring(pydantic=""),
    "SDK-08/no-such-package": entry(sys.modules, novavms.__name__, None),
    "SDK-08/no-client-in-it": removed(NovaVMSClient),
    "SDK-08/no-async-client-in-it": removed(AsyncNovaVMSClient),
    "SDK-12/no-marker-file": attribute(novavms, "__file__", lambda _: "/nowhere/novavms/__init__.py"),
    "SDK-12/a-parameter": reshaped(Events.export, _last_unannotated),
    "SDK-12/a-parameter-of-the-async-client": reshaped(AsyncEvents.export, _last_unannotated),
    "SDK-12/an-answer": reshaped(Events.export, _return_unannotated),
    "SDK-12/an-option": together(*(reshaped(init, _last_unannotated) for init in both(NovaVMSClient.__init__))),
    **for_each("SDK-60/{}", ("1.0.0", "2.1.0", "0.1", "latest"), lambda version: _metadata(Version=version)),
}


@mutant(MUTANTS, "SDK-01/not-there", metadata.distribution)
def _not_found(original: Function, name: str) -> Any:
    raise metadata.PackageNotFoundError(name)
