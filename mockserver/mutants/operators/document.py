"""Changes of the document: what an operation asks of its callers and answers, the bounds of fields and parameters."""

import tomllib
from collections.abc import Callable
from typing import Any

from mockserver import resources
from mockserver.mutants.operators.patches import JSON, Edit, Mutant, for_each
from mockserver.openapi.document import Document


def at(*path: str) -> Callable[[Document], Any]:
    """Return what finds the node that a path leads to, references followed."""

    def find(document: Document) -> Any:
        node: Any = document.raw
        for part in path:
            node = document.resolve(node[part])
        return node

    return find


def setting(**values: Any) -> Callable[[JSON], None]:
    """Return a change that sets keys of a node."""
    return lambda node: node.update(values)


def operation(operation_id: str, change: Callable[[JSON], object]) -> Edit:
    """Change an operation object."""
    return Edit(
        lambda document: {node["operationId"]: node for *_, node in document.operations()}[operation_id], change
    )


def role(operation_id: str, least: str) -> Edit:
    """Raise or lower the least role of an operation: ``role("listAlerts", "operator")``, or ``"public"``."""
    return operation(operation_id, setting(**{"x-min-role": least}))


def success(operation_id: str, status: int) -> Edit:
    """Give the success of an operation another status: ``success("deleteEvent", 202)``."""

    def change(node: JSON) -> None:
        former = min(node["responses"])
        node["responses"] = {str(status): node["responses"].pop(former), **node["responses"]}

    return operation(operation_id, change)


def unlimited(operation_id: str) -> Edit:
    """Take an operation out of the rate limit."""
    return operation(operation_id, lambda node: node["responses"].pop("429"))


def moved(path: str, to: str) -> Edit:
    """Serve a path elsewhere: ``moved("/api/v1/gateways", "/api/v1/gateway")``."""
    return Edit(at("paths"), lambda paths: paths.update({to: paths.pop(path)}))


def route(path: str, method: str, operation_id: str, least: str = "viewer") -> Edit:
    """Serve one more operation on an object, which does nothing."""
    node = {
        "operationId": operation_id,
        "x-min-role": least,
        "parameters": [{"$ref": "#/components/parameters/Id"}],
        "responses": {"204": {"description": "Done."}},
    }
    return Edit(at("paths"), lambda paths: paths.setdefault(path, {}).update({method: node}))


def schema(name: str, change: Callable[[JSON], object], *inside: str) -> Edit:
    """Change a component schema, or a node inside it: ``schema("NewRule", …, "properties", "name")``."""
    return Edit(at("components", "schemas", name, *inside), change)


def opened(name: str) -> Edit:
    """Let a schema take fields that it does not know."""
    return schema(name, setting(additionalProperties=True))


def required(name: str, *fields: str) -> Edit:
    """Demand these fields of a schema, and no others: ``required("PairGateway", "pairing_code", "name")``."""
    return schema(name, setting(required=list(fields)))


def unknown(name: str, field: str) -> Edit:
    """Take a field out of a schema, so that it is refused."""
    return schema(name, lambda properties: properties.pop(field), "properties")


def field(name: str, field: str, **keys: Any) -> Edit:
    """Set keys of one field, in this schema alone: ``field("CreateAlertRule", "cooldown_sec", minimum=1)``."""

    def find(document: Document) -> Any:
        properties = at("components", "schemas", name, "properties")(document)
        properties[field] = {**document.resolve(properties[field])}
        return properties[field]

    return Edit(find, setting(**keys))


def retyped(name: str, field: str, **keys: Any) -> Edit:
    """Give a field of a schema, known or new, other keys than it had; none of them lets anything pass."""
    return schema(name, setting(**{field: keys}), "properties")


def parameter(name: str, **keys: Any) -> Edit:
    """Set keys of a parameter's schema, wherever it is used: ``parameter("Limit", maximum=101)``."""
    return Edit(at("components", "parameters", name, "schema"), setting(**keys))


def taking(name: str, **keys: Any) -> Edit:
    """Let a parameter take other texts: ``taking("DateFrom", format="date")``."""
    return Edit(at("components", "parameters", name), setting(schema={"type": "string", **keys}))


# ---------------------------------------------------------------- families of mutants


def least_role(rule: str, lower: str, higher: str) -> list[Mutant]:
    """Return the mutants that let a lower role call the operations of a rule, and those that demand a higher one."""
    operations = rule_operations(rule)
    return [
        *for_each(f"{rule}/{{}}-by-{lower}s", operations, lambda name: role(name, lower)),
        *for_each(f"{rule}/{{}}-by-{higher}s-only", operations, lambda name: role(name, higher)),
    ]


def rule_operations(rule: str) -> list[str]:
    """Return the operations that the catalogue of rules names for a rule about roles."""
    rules = tomllib.loads(resources.path("spec", "rules", "roles.toml").read_text(encoding="utf-8"))["rule"]
    return next(list(each["operations"]) for each in rules if each["id"] == rule)
