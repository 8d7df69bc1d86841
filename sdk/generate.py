"""Generates novavms/models.py from the OpenAPI document; with --check, verifies that it is up to date."""

import argparse
import json
import re
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
HEADER = '"""The models of the API\'s answers. Generated from spec/openapi.yaml by sdk/generate.py: do not edit."""'

JSON = dict[str, Any]

# The short name is that of the item of a list, which is used most. The full object extends it, so that a function that
# takes a Camera takes both.
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
# Tags of the operations that the clients do not cover.
SKIPPED_TAGS = {"authentication", "system"}
# Schemas of text formats; their descriptions say nothing about the fields that use them.
TEXT_FORMATS = {"Email", "Name", "NonEmptyText", "NullableTimestamp", "Timestamp"}
# What webhooks are sent: the type of a message is exactly this text.
MESSAGES = ("AlertMessage", "EventMessage", "CameraStatusMessage", "GatewayStatusMessage")
# Returned as bytes.
FILES = {"EventCsv", "Jpeg"}
SECRETS = {"secret", "api_key", "token", "credential", "temporary_password"}
# Keywords that restrict values. The server checks them, and a newer server may allow more.
RESTRICTIONS = {
    *("additionalProperties", "default", "dependentRequired", "else", "if", "maxItems", "maxLength"),
    *("maximum", "minItems", "minLength", "minProperties", "minimum", "pattern", "propertyNames", "then"),
    "uniqueItems",
}
OPTIONS = [
    *("--input-file-type", "openapi", "--target-python-version", "3.10", "--target-pydantic-version", "2"),
    *("--base-class", "novavms._core.values.Model", "--custom-template-dir", "templates"),
    *(
        "--additional-imports",
        "novavms._core.values.OpenEnum,novavms._core.values.Timestamp,typing.Literal,typing.TypeAlias,typing.TypedDict,novavms._core.pages.Page,novavms._core.pages.AsyncPage",
    ),
    *("--output-datetime-class", "datetime", "--capitalise-enum-members", "--collapse-root-models"),
    *("--use-schema-description", "--use-field-description", "--use-inline-field-description"),
    *("--use-single-line-docstring", "--field-include-all-keys", "--use-double-quotes", "--strict-refs"),
    *("--disable-future-imports", "--disable-timestamp", "--disable-warnings", "--no-formatters"),
]


def main() -> int:
    """Write the models, or compare the file with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where the models are out of date")
    arguments = parser.parse_args()
    source = generated(prepared(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))))
    if not arguments.check:
        MODELS.write_text(source, encoding="utf-8")
    elif MODELS.read_text(encoding="utf-8") != source:
        print("novavms/models.py differs from spec/openapi.yaml: run python sdk/generate.py", file=sys.stderr)
        return 1
    return 0


def generated(document: JSON) -> str:
    """Return the source of the module for a prepared document."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "models.py")
        source.write_text(json.dumps(document), encoding="utf-8")
        variable = ["--custom-file-header", HEADER, "--model-name-map", json.dumps(NAMES)]
        command = ["--input", str(source), "--output", str(target), *variable, *OPTIONS]
        run("datamodel_code_generator", *command)
        written = re.sub(r"(?<!import )\bdatetime\b(?! import)", "Timestamp", target.read_text(encoding="utf-8"))
    written += "".join(pages(written)) + typed_dict(document["components"]["schemas"]["Recipient"])
    fixed = run("ruff", "check", "--quiet", "--fix-only", "--stdin-filename", str(MODELS), "-", text=written)
    return run("ruff", "format", "--quiet", "--stdin-filename", str(MODELS), "-", text=fixed)


def pages(source: str) -> Iterator[str]:
    """Yield the source of both page classes of each list."""
    for name, item in re.findall(r"^class (\w+)List\(Model\):\n    data: list\[(\w+)\]", source, flags=re.M):
        for prefix in ("", "Async"):
            yield f"class {prefix}{name}Page({prefix}Page[{item}], {name}List):\n    pass\n\n\n"


def typed_dict(recipient: JSON) -> str:
    """Return the source of the dictionary that can be passed for a recipient."""
    fields = "".join(f"    {name}: str\n" for name in recipient["properties"])
    return f'class RecipientDict(TypedDict):\n    """{recipient["description"]}"""\n\n{fields}'


def run(module: str, *arguments: str, text: str | None = None) -> str:
    """Run a Python module as a tool and return its standard output."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, encoding="utf-8", cwd=HERE).stdout


def prepared(document: JSON) -> JSON:
    """Return a document with only the schemas of answers, without their restrictions."""
    schemas = document["components"]["schemas"]
    schemas["TimelineEntry"] = merged(schemas["AlertTimeline"]["properties"]["entries"]["items"]["oneOf"], schemas)
    schemas["AlertTimeline"]["properties"]["entries"]["items"] = ref("TimelineEntry")
    schemas["Invitee"] = schemas["InvitedUser"]["properties"]["user"]
    schemas["InvitedUser"]["properties"]["user"] = ref("Invitee")
    for name, status in (("CameraStatusData", "CameraStatus"), ("GatewayStatusData", "GatewayStatus")):
        schemas[name]["properties"] |= {"previous_status": ref(status), "status": ref(status)}
    for name in TEXT_FORMATS:
        schemas[name].pop("description", None)
    kept = {name: loosened(schemas[name]) for name in sorted(answer_schemas(document) - FILES)}
    for name, base in EXTENDS.items():
        kept[name] = extended(kept[name], base, kept[base])
    return {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": kept}}


def ref(name: str) -> JSON:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer_schemas(document: JSON) -> set[str]:
    """Return the names of the schemas that successful answers of the covered operations refer to."""
    found: set[str] = set()
    pending = [ref(name) for name in MESSAGES]
    pending += [
        answer
        for path in document["paths"].values()
        for operation in path.values()
        if not SKIPPED_TAGS.intersection(operation["tags"])
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    while pending:
        for kind, name in references(pending.pop()):
            if kind == "responses" or (kind == "schemas" and name not in found):
                pending.append(document["components"][kind][name])
            if kind == "schemas":
                found.add(name)
    return found


def references(node: Any) -> Iterator[tuple[str, str]]:
    """Yield kind and name of every component that a node refers to, except in headers and links."""
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


def merged(options: list[JSON], schemas: JSON) -> JSON:
    """Return one schema for the variants of an object, with their `action` as an enumeration that may grow."""
    variants = [schemas[option["$ref"].split("/")[-1]] for option in options]
    actions = [each["properties"]["action"]["const"] for each in variants]
    properties = {name: schema for each in variants for name, schema in each["properties"].items()}
    schemas["TimelineAction"] = {"type": "string", "enum": actions}
    return {
        "type": "object",
        "description": "What happened to an alert: when, and who did it.",
        "required": [name for name in properties if all(name in each["required"] for each in variants)],
        "properties": {
            **properties,
            "action": ref("TimelineAction"),
            "actor": {"type": ["string", "null"], "description": "Display name of the person; null for `fired`."},
        },
    }


def loosened(schema: JSON) -> JSON:
    """Return a schema that accepts the answers of a newer server and hides secrets when a model is printed."""
    loose = {key: value for key, value in schema.items() if key not in RESTRICTIONS}
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
    """Return a schema as an extension of a base schema."""
    own, inherited = schema["properties"], base_schema["properties"]
    assert inherited.items() <= own.items(), f"{base} has fields that its extension lacks"
    added = {name: value for name, value in own.items() if name not in inherited}
    required = [name for name in schema["required"] if name in added]
    return {"allOf": [ref(base), {"type": "object", "required": required, "properties": added}]}


if __name__ == "__main__":
    sys.exit(main())
