"""Writes novavms/models.py from the OpenAPI document, or with --check says whether it is up to date."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MODELS = HERE / "novavms" / "models.py"
DOCUMENT = HERE.parent / "spec" / "openapi.yaml"
HEADER = '"""What the API answers, typed. Generated from spec/openapi.yaml by sdk/generate.py: do not edit."""'

JSON = dict[str, Any]

# The plain name belongs to what people meet first and most, the item of a list; what one answer shows in full extends
# it, so that a function of a Camera takes either.
EXTENDS = {
    "EventDetail": "EventItem",
    "AlertRule": "AlertRuleItem",
    "Camera": "CameraItem",
    "Gateway": "GatewayItem",
    "NewWebhook": "Webhook",
}
NAMES = {
    "EventItem": "Event",
    "AlertRuleItem": "AlertRule",
    "AlertRule": "AlertRuleDetail",
    "CameraItem": "Camera",
    "Camera": "CameraDetail",
    "GatewayItem": "Gateway",
    "Gateway": "GatewayDetail",
}
# Resources that no namespace of the clients covers.
LEFT_OUT = {"authentication", "system"}
# What is said of a form of text says nothing about the field that has it.
FORMS = {"Email", "Name", "NullableTimestamp", "Text", "Timestamp"}
# Handed out as bytes.
FILES = {"EventCsv", "Jpeg"}
SECRETS = {"secret", "api_key", "token", "credential", "temporary_password"}
# Whether a value meets its bounds is the server's affair, and a newer server may have others.
BOUNDS = {
    *("additionalProperties", "const", "default", "dependentRequired", "else", "if", "maxItems", "maxLength"),
    *("maximum", "minItems", "minLength", "minProperties", "minimum", "pattern", "propertyNames", "then"),
    "uniqueItems",
}
OPTIONS = [
    *("--input-file-type", "openapi", "--target-python-version", "3.10", "--target-pydantic-version", "2"),
    *("--base-class", "novavms._core.values.Model", "--custom-template-dir", "templates"),
    *("--additional-imports", "novavms._core.values.OpenEnum,typing.Literal,typing.TypeAlias"),
    *("--output-datetime-class", "datetime", "--capitalise-enum-members", "--collapse-root-models"),
    *("--use-schema-description", "--use-field-description", "--use-inline-field-description"),
    *("--use-single-line-docstring", "--field-include-all-keys", "--use-double-quotes", "--strict-refs"),
    *("--disable-future-imports", "--disable-timestamp", "--disable-warnings", "--no-formatters"),
]


def main() -> int:
    """Write the models, or compare them with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where the models are out of date")
    asked = parser.parse_args()
    fresh = generated(prepared(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))))
    if not asked.check:
        MODELS.write_text(fresh, encoding="utf-8")
    elif MODELS.read_text(encoding="utf-8") != fresh:
        print("novavms/models.py differs from spec/openapi.yaml: run python sdk/generate.py", file=sys.stderr)
        return 1
    return 0


def generated(document: JSON) -> str:
    """Return the module that the generator makes of a prepared document."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "models.py")
        source.write_text(json.dumps(document), encoding="utf-8")
        variable = ["--custom-file-header", HEADER, "--model-name-map", json.dumps(NAMES)]
        command = ["--input", str(source), "--output", str(target), *variable, *OPTIONS]
        run("datamodel_code_generator", *command)
        written = target.read_text(encoding="utf-8")
    tidy = run("ruff", "check", "--quiet", "--fix-only", "--stdin-filename", str(MODELS), "-", text=written)
    return run("ruff", "format", "--quiet", "--stdin-filename", str(MODELS), "-", text=tidy)


def run(module: str, *arguments: str, text: str | None = None) -> str:
    """Run a tool of this environment and return what it prints."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, encoding="utf-8", cwd=HERE).stdout


def prepared(document: JSON) -> JSON:
    """Return a document of the schemas that answers consist of, without their bounds."""
    schemas = document["components"]["schemas"]
    schemas["TimelineEntry"] = either(schemas["AlertTimeline"]["properties"]["entries"]["items"]["oneOf"], schemas)
    schemas["AlertTimeline"]["properties"]["entries"]["items"] = ref("TimelineEntry")
    schemas["Invitee"] = schemas["InvitedUser"]["properties"]["user"]
    schemas["InvitedUser"]["properties"]["user"] = ref("Invitee")
    for name in FORMS:
        schemas[name].pop("description", None)
    kept = {name: loosened(schemas[name]) for name in sorted(answered(document) - FILES)}
    for name, base in EXTENDS.items():
        kept[name] = extended(kept[name], base, kept[base])
    return {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": kept}}


def ref(name: str) -> JSON:
    """Refer to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def answered(document: JSON) -> set[str]:
    """Return the names of the schemas that successes of the covered resources lead to."""
    found: set[str] = set()
    ahead = [
        answer
        for path in document["paths"].values()
        for operation in path.values()
        if not LEFT_OUT.intersection(operation["tags"])
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    while ahead:
        for kind, name in references(ahead.pop()):
            if kind == "responses" or (kind == "schemas" and name not in found):
                ahead.append(document["components"][kind][name])
            if kind == "schemas":
                found.add(name)
    return found


def references(node: Any) -> Iterator[tuple[str, str]]:
    """Yield kind and name of every component that a node refers to, but for headers and links."""
    if isinstance(node, dict):
        if "$ref" in node:
            kind, name = node["$ref"].split("/")[-2:]
            yield kind, name
        for key, value in node.items():
            if key not in {"headers", "links"}:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def either(options: list[JSON], schemas: JSON) -> JSON:
    """Return the schema of an object that is one of several, told apart by an `action` that may one day be another."""
    objects = [schemas[option["$ref"].split("/")[-1]] for option in options]
    actions = [each["properties"]["action"]["const"] for each in objects]
    properties = {name: schema for each in objects for name, schema in each["properties"].items()}
    schemas["TimelineAction"] = {"type": "string", "enum": actions}
    return {
        "type": "object",
        "description": "What happened to an alert: when, and who did it.",
        "required": [name for name in properties if all(name in each["required"] for each in objects)],
        "properties": {
            **properties,
            "action": ref("TimelineAction"),
            "actor": {"type": ["string", "null"], "description": "Display name of the person; null for `fired`."},
        },
    }


def loosened(schema: JSON) -> JSON:
    """Return a schema that takes what a newer server may say, and hides secrets where a model is printed."""
    loose = {key: value for key, value in schema.items() if key not in BOUNDS}
    if isinstance(schema.get("additionalProperties"), dict):
        loose["additionalProperties"] = loosened(schema["additionalProperties"])
    if loose.get("format") != "date-time":
        loose.pop("format", None)
    if "properties" in loose:
        loose["properties"] = {
            name: {**loosened(value), **({"repr": False} if name in SECRETS else {})}
            for name, value in loose["properties"].items()
        }
    if "items" in loose:
        loose["items"] = loosened(loose["items"])
    if "anyOf" in loose:
        loose["anyOf"] = [loosened(option) for option in loose["anyOf"]]
    return loose


def extended(schema: JSON, base: str, base_schema: JSON) -> JSON:
    """Return a schema as another one and what it adds to it."""
    own, inherited = schema["properties"], base_schema["properties"]
    assert inherited.items() <= own.items(), f"{base} has what its extension lacks"
    added = {name: value for name, value in own.items() if name not in inherited}
    required = [name for name in schema["required"] if name in added]
    return {"allOf": [ref(base), {"type": "object", "required": required, "properties": added}]}


if __name__ == "__main__":
    sys.exit(main())
