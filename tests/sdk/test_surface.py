import inspect
import pydoc
from collections.abc import AsyncGenerator, Generator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, get_args, get_origin

import httpx
import pytest
import yaml

import novavms
from novavms import AsyncNovaVMSClient, NovaVMSClient, errors
from novavms._core import alerts, cameras, events, gateways, rules, sites, users, webhooks
from novavms._core.call import Call, ListCall
from tests.sdk.clients import KEY

ROOT = Path(__file__).parents[2]
DOCUMENT = yaml.safe_load((ROOT / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
UUID = "550e8400-e29b-41d4-a716-446655440000"
BASIC_VERBS = {"list", "get", "create", "update", "remove"}
VERBS = {
    "cameras": BASIC_VERBS | {"delete", "trigger", "snapshot", "live_view_token"},
    "events": BASIC_VERBS | {"delete", "acknowledge", "star", "add_notes", "export"},
    "alerts": BASIC_VERBS | {"delete", "acknowledge", "change_status", "timeline"},
    "rules": BASIC_VERBS | {"delete", "enable", "disable"},
    "alert_rules": BASIC_VERBS | {"delete", "enable", "disable"},
    "gateways": BASIC_VERBS | {"delete", "generate_pairing_code", "pair", "telemetry"},
    "sites": BASIC_VERBS | {"delete", "users", "set_users"},
    "users": BASIC_VERBS | {"delete", "invite", "change_role", "sessions", "revoke_session"},
    "webhooks": BASIC_VERBS | {"delete", "test", "rotate_secret"},
}
NAMES = [(namespace, verb) for namespace, verbs in VERBS.items() for verb in sorted(verbs)]
MODULES = (cameras, events, alerts, rules, gateways, sites, users, webhooks)


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


@cache
def clients() -> tuple[NovaVMSClient, AsyncNovaVMSClient]:
    nowhere = httpx.MockTransport(lambda _: httpx.Response(404))
    blocking = NovaVMSClient(KEY, http_client=httpx.Client(transport=nowhere))
    return blocking, AsyncNovaVMSClient(KEY, http_client=httpx.AsyncClient(transport=nowhere))


def makes_a_call(thing: object) -> bool:
    returned = inspect.signature(thing).return_annotation if inspect.isfunction(thing) else None
    return get_origin(returned) in (Call, ListCall) and get_args(returned) != (NoReturn,)


def verbs_of_core() -> dict[str, Any]:
    """Return every verb with an operation of the API, by namespace and name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": verb
        for module in MODULES
        for name, verb in vars(module).items()
        if makes_a_call(verb)
    }


def arguments(verb: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return the required arguments of a verb."""
    known = inspect.signature(verb).parameters.values()
    parameters = [each for each in known if each.kind is not inspect.Parameter.VAR_KEYWORD]
    positional = [UUID for each in parameters if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    required = {each.name: "x" for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty}
    return positional, required


def operation_of(call: Call[Any]) -> Any:
    """Return the operation of the document that a call requests."""
    path = "/api/v1" + call.path.replace(UUID, "{id}", 1).replace(UUID, "{sid}")
    return DOCUMENT["paths"][path][call.method.lower()]


def resolved(node: Any) -> Any:
    if "$ref" not in node:
        return node
    _, *steps = node["$ref"].split("/")
    found = DOCUMENT
    for step in steps:
        found = found[step]
    return found


def fields_of(operation: Any) -> tuple[set[str], set[str]]:
    """Return the parameters and body fields of an operation, and the required ones."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = resolved(body)
    filters = [resolved(each) for each in operation.get("parameters", [])]
    named = {each["name"] for each in filters if each["in"] == "query"}
    return named | set(schema.get("properties", {})), set(schema.get("required", []))


def test_the_package_exports_these_names() -> None:
    clients_and_values = {"AsyncNovaVMSClient", "NOT_GIVEN", "NovaVMSClient", "RawResponse", "Response", "__version__"}
    assert set(novavms.__all__) == clients_and_values | {"errors", "models", "webhooks"}
    assert all(hasattr(novavms, name) for name in novavms.__all__)
    assert {"AuthError", "NotFoundError", "NovaVMSError", "RateLimitError", "ValidationError"} <= public(errors)


def test_both_clients_have_these_namespaces_and_verbs_and_no_others() -> None:
    blocking, awaited = clients()
    assert public(blocking) == public(awaited) == {*VERBS, "close", "from_env", "with_options"}
    for namespace, verbs in VERBS.items():
        others = {"with_raw_response", *({"verify"} if namespace == "webhooks" else ())}
        assert public(getattr(blocking, namespace)) == verbs | others | {"iter"}
        assert public(getattr(awaited, namespace)) == verbs | others | {"aiter"}


@pytest.mark.parametrize(("namespace", "verb"), NAMES)
def test_a_verb_has_the_same_signature_and_docstring_in_both_clients(namespace: str, verb: str) -> None:
    one, other = (getattr(getattr(client, namespace), verb) for client in clients())
    assert inspect.signature(one).parameters == inspect.signature(other).parameters
    answer, twin = (inspect.signature(each).return_annotation for each in (one, other))
    assert answer is twin or f"Async{answer.__name__}" == twin.__name__
    assert one.__doc__ == other.__doc__
    assert one.__doc__
    assert not inspect.iscoroutinefunction(one)
    pages = verb == "list" or f"{namespace}.{verb}" in {"sites.users", "users.sessions"}
    assert inspect.iscoroutinefunction(other) is not pages


@pytest.mark.parametrize("namespace", VERBS)
def test_iter_and_aiter_take_the_arguments_of_list_and_yield_its_items(namespace: str) -> None:
    blocking, awaited = (getattr(client, namespace) for client in clients())
    listed, walked, awalked = map(inspect.signature, (blocking.list, blocking.iter, awaited.aiter))
    assert listed.parameters == walked.parameters == awalked.parameters
    assert (blocking.iter.__name__, awaited.aiter.__name__) == ("iter", "aiter")
    item = get_args(listed.return_annotation.model_fields["data"].annotation)[0]
    assert get_origin(walked.return_annotation) is Generator
    assert get_origin(awalked.return_annotation) is AsyncGenerator
    assert get_args(walked.return_annotation)[0] is get_args(awalked.return_annotation)[0] is item


def test_the_options_are_the_documented_ones() -> None:
    made, other = inspect.signature(NovaVMSClient).parameters, inspect.signature(AsyncNovaVMSClient).parameters
    defaults = {name: each.default for name, each in made.items() if name not in {"sleep", "chance"}}
    assert defaults == {
        "api_key": inspect.Parameter.empty,
        "base_url": "https://api.novavms.io",
        "timeout": 10.0,
        "max_retries": 3,
        "http_client": None,
        "user_agent": None,
        "default_headers": None,
    }
    assert list(made) == list(other)
    assert {name for name in made if made[name] != other[name]} == {"http_client", "sleep"}


def test_both_names_are_the_same_object() -> None:
    for client in clients():
        assert client.rules is client.alert_rules
        for namespace in VERBS:
            kind = type(getattr(client, namespace))
            assert kind.remove is kind.delete
        assert type(client.users).create is type(client.users).invite


def test_help_shows_signature_and_docstring() -> None:
    shown = pydoc.plain(pydoc.render_doc(clients()[0].rules))
    assert "enable(self, id: str | uuid.UUID, /, *, timeout: " in shown
    assert "Let a rule fire again." in shown


def test_every_operation_of_the_document_has_a_verb() -> None:
    asked = set()
    for verb in verbs_of_core().values():
        positional, required = arguments(verb)
        asked.add(operation_of(verb(*positional, **required))["operationId"])
    covered = {
        operation["operationId"]
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        if not {"authentication", "system"}.intersection(operation["tags"])
    }
    assert asked == covered


@pytest.mark.parametrize("name", verbs_of_core())
def test_a_verb_takes_the_fields_of_its_operation(name: str) -> None:
    verb = verbs_of_core()[name]
    positional, given = arguments(verb)
    fields, required = fields_of(operation_of(verb(*positional, **given)))
    ignored = {"cursor", "limit"} if name == "events.export" else set()
    named = {each.name for each in inspect.signature(verb).parameters.values() if each.kind is each.KEYWORD_ONLY}
    if named:
        assert named == fields - ignored
        assert set(given) == required


@pytest.mark.parametrize("name", verbs_of_core())
def test_a_verb_sends_each_field_under_its_name(name: str) -> None:
    verb = verbs_of_core()[name]
    positional, _ = arguments(verb)
    keywords = [each.name for each in inspect.signature(verb).parameters.values() if each.kind is each.KEYWORD_ONLY]
    given = {each: 7 if each == "limit" else f"the {each}" for each in keywords}
    call = verb(*positional, **given)
    sent = {**call.query, **(call.body or {})}
    assert {each: sent[each] for each in given} == {each: "7" if each == "limit" else given[each] for each in given}
