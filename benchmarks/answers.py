"""The calls of the benchmarks, and the mock's answers to them, as bytes and as an OpenAPI document to mock."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

import httpx
import yaml

from mockserver import CONTROL_PREFIX

JSON = dict[str, Any]
ROOT = Path(__file__).parents[1]
ORG, TOKEN = "7c9e6679-7425-40de-944b-e07fc1f90ae7", "sk_live_abc123"
CODE_COUNT = 60_000
_OPERATIONS = ("listEvents", "getEvent", "updateEvent", "pairGateway")
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
NO_RATE_LIMIT = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
#: The keywords of OpenAPI 3.1 that 3.0 lacks.
_NEW_IN_3_1 = {"const", "dependentRequired", "else", "examples", "if", "propertyNames", "then"}


@dataclass(frozen=True)
class Call:
    """One call; ``{code}`` in its ``body`` stands for another pairing code each time."""

    name: str
    method: str
    path: str
    body: str = ""


@dataclass(frozen=True)
class RecordedAnswer:
    """A call and the mock's answer to it, which other servers return if they can be given one."""

    call: Call
    status: int
    body: bytes


def write_fixture(path: Path) -> None:
    """Write a fixture: acme, with hardly any rate limit and with pairing codes for a long run."""
    content = json.loads((ROOT / "fixtures" / "orgs" / "acme.json").read_text(encoding="utf-8"))
    for org in content["orgs"]:
        org["settings"] = NO_RATE_LIMIT
    org_id, site_id = content["orgs"][0]["id"], content["sites"][0]["id"]
    for number, code in enumerate(codes()):
        gateway_id = f"00000000-0000-4000-8000-{number:012x}"
        gateway = {"id": gateway_id, "org_id": org_id, "name": "New", "site_id": site_id, "created_at": "now"}
        content["gateways"].append(gateway)
        new = {"id": f"00000000-0000-4000-9000-{number:012x}", "org_id": org_id, "code": code, "gateway_id": gateway_id}
        content["pairing_codes"].append({**new, "created_at": "now", "expires_at": "now+10h"})
    path.write_text(json.dumps(content), encoding="utf-8")


def codes() -> Iterator[str]:
    """Yield the pairing codes of the fixture, always in the same order."""
    return ("".join(letters) for letters in islice(product(_ALPHABET, repeat=6), CODE_COUNT))


def lift_rate_limit(base_url: str) -> None:
    """Lift the rate limit of the org of acme on a mock."""
    httpx.put(f"{base_url}{CONTROL_PREFIX}/orgs/{ORG}/settings", json=NO_RATE_LIMIT).raise_for_status()


def record(base_url: str) -> list[RecordedAnswer]:
    """Make every call at the mock, and return the calls with its answers."""
    with httpx.Client(
        base_url=base_url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60, trust_env=False
    ) as client:
        event = client.get("/api/v1/events").json()["data"][0]["id"]
        calls = (
            Call("list", "GET", "/api/v1/events?limit=20"),
            Call("get", "GET", f"/api/v1/events/{event}"),
            Call("patch", "PATCH", f"/api/v1/events/{event}", '{"starred": true}'),
            Call("pair", "POST", "/api/v1/gateways/pair", '{"pairing_code": "{code}"}'),
        )
        found = []
        for call in calls:
            body = call.body.replace("{code}", next(codes()))
            answer = client.request(call.method, call.path, content=body, headers={"Content-Type": "application/json"})
            answer.raise_for_status()
            found.append(RecordedAnswer(call, answer.status_code, answer.content))
        client.post(f"{CONTROL_PREFIX}/reset").raise_for_status()
    return found


def mountebank_config(recorded: list[RecordedAnswer]) -> str:
    """Return the configuration of mountebank for these calls, as JSON in which "PORT" stands for the port."""
    headers = {"Content-Type": "application/json"}
    stubs = []
    for one in recorded:
        call = {"method": one.call.method, "path": one.call.path.partition("?")[0]}
        answer = {"statusCode": one.status, "headers": headers, "body": one.body.decode()}
        stubs.append({"predicates": [{"equals": call}], "responses": [{"is": answer}]})
    return json.dumps({"imposters": [{"protocol": "http", "port": "PORT", "stubs": stubs}]})


def openapi_document(recorded: list[RecordedAnswer], version: str = "3.1.0") -> JSON:
    """Return the OpenAPI document of these calls alone, in version 3.1.0 or 3.0.3, with the answers as examples."""
    full = yaml.safe_load((ROOT / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
    paths: JSON = {}
    for path, item in full["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in _OPERATIONS:
                paths.setdefault(path, {})[method] = _without_links(operation, full["components"]["responses"])
    for one in recorded:
        operation = paths[_template(one.call.path, paths)][one.call.method.lower()]
        media = operation["responses"][str(one.status)]["content"]["application/json"]
        media.pop("examples", None)
        media["example"] = json.loads(one.body)
    components = _used_components(paths, full["components"])
    servers = [{"url": "/"}]
    found = {"openapi": version, "info": full["info"], "servers": servers, "paths": paths, "components": components}
    if version.startswith("3.0"):
        found["info"].pop("summary", None)
        found["info"]["license"].pop("identifier", None)
        found = _in_3_0(found)
    return found


def _without_links(operation: JSON, shared: JSON) -> JSON:
    """Return an operation with its success as the only response, and without links."""
    success = {}
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            full = shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
            success[status] = {name: value for name, value in full.items() if name != "links"}
    return {**operation, "responses": success}


def _used_components(paths: JSON, components: JSON) -> JSON:
    """Return the components that the paths refer to, directly or not, and the security schemes."""
    found: JSON = {"securitySchemes": components["securitySchemes"]}
    waiting = [paths]
    while waiting:
        for reference in re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(waiting.pop())):
            kind, name = reference
            if name not in found.setdefault(kind, {}):
                found[kind][name] = components[kind][name]
                waiting.append(found[kind][name])
    return found


def _template(path: str, paths: JSON) -> str:
    plain = path.partition("?")[0]
    return plain if plain in paths else f"{plain.rpartition('/')[0]}/{{id}}"


def _in_3_0(node: Any) -> Any:
    """Return a node of OpenAPI 3.1 as OpenAPI 3.0 writes it."""
    if isinstance(node, list):
        return [_in_3_0(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: _in_3_0(item) for name, item in node.items() if name not in _NEW_IN_3_1}
    types = node.get("type")
    if isinstance(types, list):
        node |= {"type": next(name for name in types if name != "null"), "nullable": True}
    return node
