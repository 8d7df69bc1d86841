"""The installed package: its distribution, requirements, names, annotations and version."""

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from contract_tests.expectations import Expect
from contract_tests.sdk.clients import KINDS
from contract_tests.sdk.installed import CLIENTS, DISTRIBUTION, PACKAGE, Sdk
from contract_tests.sdk.surface import namespaces, public, verbs
from contract_tests.world import API, World

PYTHONS = ("3.10.0", "3.10.19", "3.11.0", "3.12.7", "3.13.0", "3.14.0", "3.20.0")


def requirement(sdk: Sdk, name: str) -> Requirement | None:
    """Return the distribution's requirement of another one, None without any."""
    found = (Requirement(text) for text in sdk.requires)
    return next((each for each in found if canonicalize_name(each.name) == name), None)


def unannotated(function: Callable[..., Any], *, of_class: bool = False) -> Iterator[str]:
    """Yield the parameters of a function without an annotation, and "return" if that has none."""
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.annotation is Parameter.empty:
            yield parameter.name
    if signature.return_annotation is inspect.Signature.empty and not of_class:
        yield "return"


@pytest.mark.python
@pytest.mark.rules("SDK-01")
def test_the_distribution_has_its_name(sdk: Sdk, expect: Expect) -> None:
    expect.equal(
        "SDK-01", canonicalize_name(sdk.package_metadata["Name"] or ""), DISTRIBUTION, "the name of the distribution"
    )


@pytest.mark.python
@pytest.mark.rules("SDK-02")
def test_it_installs_on_python_3_10_and_newer(sdk: Sdk, expect: Expect) -> None:
    versions = sdk.package_metadata["Requires-Python"]
    expect("SDK-02", versions, "Requires-Python in the metadata", "none")
    for python in PYTHONS:
        expect("SDK-02", SpecifierSet(versions).contains(python), f"Python {python} to be supported", versions)


@pytest.mark.python
@pytest.mark.parametrize(
    ("rule", "name", "minimum", "before"),
    [
        pytest.param("SDK-05", "httpx", "0.27.0", "0.26.0", marks=pytest.mark.rules("SDK-05")),
        pytest.param("SDK-06", "pydantic", "2.5.0", "2.4.2", marks=pytest.mark.rules("SDK-06")),
    ],
)
def test_it_requires_this_version_or_a_newer_one(
    sdk: Sdk, expect: Expect, rule: str, name: str, minimum: str, before: str
) -> None:
    found = requirement(sdk, name)
    expect(rule, found, f"{name} among the requirements", sdk.requires)
    specifier = found.specifier if found else SpecifierSet()
    expect(rule, specifier.contains(minimum), f"{name} {minimum} to be accepted", found)
    expect(rule, not specifier.contains(before), f"{name} {before} not to be accepted", found)


@pytest.mark.python
@pytest.mark.rules("SDK-07")
@pytest.mark.parametrize("name", ["httpx", "pydantic"])
def test_requirements_are_installed_without_an_extra(sdk: Sdk, expect: Expect, name: str) -> None:
    found = requirement(sdk, name)
    unconditional = found is not None and (found.marker is None or found.marker.evaluate({"extra": ""}))
    expect("SDK-07", unconditional, f"{name} to be installed without an extra", found)
    expect("SDK-07", importlib.util.find_spec(name), f"{name} to be installed", "none")


@pytest.mark.python
@pytest.mark.rules("SDK-08")
def test_the_package_has_its_name(sdk: Sdk, expect: Expect) -> None:
    for name in CLIENTS.values():
        expect("SDK-08", inspect.isclass(sdk.part(name)), f"the class {name} in {PACKAGE}", sdk.part(name))


@pytest.mark.python
@pytest.mark.rules("SDK-12")
def test_the_package_is_marked_as_typed(expect: Expect) -> None:
    folder = Path(str(importlib.import_module(PACKAGE).__file__)).parent
    expect("SDK-12", (folder / "py.typed").is_file(), "a file py.typed in the package", "none")


@pytest.mark.python
@pytest.mark.rules("SDK-12")
@pytest.mark.parametrize("kind", KINDS)
def test_everything_public_is_annotated(sdk: Sdk, expect: Expect, kind: str) -> None:
    made = sdk.make(kind, api_key="sk_live_abc123")
    missing = [f"{CLIENTS[kind]}({name})" for name in unannotated(sdk.part(CLIENTS[kind]), of_class=True)]
    methods = {name: value for name, value in public(made).items() if callable(value)}
    for name, namespace in namespaces(made):
        methods |= {f"{name}.{verb}": method for verb, method in verbs(namespace).items()}
    expect("SDK-12", len(methods) > 30, "more than thirty methods", sorted(methods))
    missing += [f"{name}({parameter})" for name, method in methods.items() for parameter in unannotated(method)]
    expect.equal("SDK-12", missing, [], "the parameters without an annotation")


@pytest.mark.rules("SDK-60")
def test_its_version_is_that_of_the_api(sdk: Sdk, world: World, expect: Expect) -> None:
    served = yaml.load(world.anonymous.get(f"{API}/openapi.yaml").text, Loader=yaml.CSafeLoader)
    version, wanted = sdk.version, Version(str(served["info"]["version"]))
    try:
        found = Version(version).release[:2]
    except InvalidVersion:
        found = ()
    expect("SDK-60", found == wanted.release[:2], f"version {wanted.major}.{wanted.minor} of the SDK", version)
