"""Wrong laws about what is installed."""

import inspect
import sys
from importlib import metadata
from inspect import Parameter
from types import SimpleNamespace
from typing import Any

import novavms
from mutants.base import Mutant, Original, entry, for_each, instead, lacking, patch, together
from mutants.parts import CLIENTS, namespaces, shaped


def _told(requires: Any = None, **changed: str | None) -> Mutant:
    """Let the distribution say something else; None takes a field away."""

    def wrap(original: Original) -> Any:
        def distribution(name: str) -> Any:
            found = original(name)
            about: Any = found.metadata  # read anew each time
            for field, value in changed.items():
                del about[field.replace("_", "-")]
                if value is not None:
                    about[field.replace("_", "-")] = value
            return SimpleNamespace(metadata=about, requires=requires or found.requires)

        return distribution

    return patch(metadata, "distribution", wrap)


def _absent(original: Original) -> Any:
    def distribution(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    return distribution


def _needing(httpx: str = "httpx>=0.27", pydantic: str = "pydantic>=2.5") -> Mutant:
    return _told(requires=[text for text in (httpx, pydantic) if text])


def _bare_parameter(signature: inspect.Signature) -> inspect.Signature:
    *rest, last = signature.parameters.values()
    return signature.replace(parameters=[*rest, last.replace(annotation=Parameter.empty)])


def _bare_return(signature: inspect.Signature) -> inspect.Signature:
    return signature.replace(return_annotation=inspect.Signature.empty)


def _shown(change: Any, index: int) -> Mutant:
    return patch(namespaces("events")[index], "export", lambda original: shaped(original, change))


MUTANTS: dict[str, Mutant] = {
    "SDK-01/of-another-name": _told(Name="novavms"),
    "SDK-01/not-there": patch(metadata, "distribution", _absent),
    "SDK-02/not-told": _told(Requires_Python=None),
    **for_each(
        "SDK-02/{}", (">=3.11", ">=3.10,<3.13", "<3.14", "!=3.12.*,>=3.10"), lambda it: _told(Requires_Python=it)
    ),
    **for_each("SDK-05/{}", ("httpx", "httpx>=0.25", "httpx>=0.28", "httpx<0.27", "httpcore>=1"), _needing),
    **for_each(
        "SDK-06/{}",
        ("pydantic", "pydantic>=1.10", "pydantic>=2.6", "pydantic==2.4.*", "pydantic-core>=2.5"),
        lambda text: _needing(pydantic=text),
    ),
    "SDK-07/httpx-on-request": _needing(httpx='httpx>=0.27; extra == "http"'),
    "SDK-07/pydantic-on-request": _needing(pydantic='pydantic>=2.5; extra == "models"'),
    "SDK-07/pydantic-not-named": _needing(pydantic=""),
    "SDK-08/no-such-package": entry(sys.modules, "novavms", None),
    "SDK-08/no-client-in-it": lacking((novavms, "NovaVMSClient")),
    "SDK-08/no-async-client-in-it": lacking((novavms, "AsyncNovaVMSClient")),
    "SDK-12/checkers-are-not-told": instead(novavms, "__file__", "/nowhere/novavms/__init__.py"),
    "SDK-12/a-parameter": _shown(_bare_parameter, 0),
    "SDK-12/a-parameter-of-the-async-client": _shown(_bare_parameter, 1),
    "SDK-12/an-answer": _shown(_bare_return, 0),
    "SDK-12/an-option": together(
        *(patch(made, "__init__", lambda original: shaped(original, _bare_parameter)) for made in CLIENTS)
    ),
    **for_each("SDK-60/{}", ("1.0.0", "2.1.0", "0.1", "latest"), lambda version: _told(Version=version)),
}
