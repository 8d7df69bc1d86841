"""Changes of the OpenAPI document: paths, operations, schemas, fields and parameters."""

import tomllib
from collections.abc import Callable, Collection
from typing import Any

from mockserver import resources
from mockserver.mutants.operators.patches import JSON, Edit, Mutant, for_each
from mockserver.openapi.document import Document


def at(*path: str) -> Callable[[Document], Any]:
    """Return a function that finds the node at a path, and follows references: ``at("components", "schemas")``."""

    def find(document: Document) -> Any:
        node: Any = document.raw
        for part in path:
            node = document.resolve(node[part])
        return node

    return find


def setting(**values: Any) -> Callable[[JSON], None]:
    """Return a change that sets keys of a node: ``setting(minLength=1)``."""
    return lambda node: node.update(values)


def operation(operation_id: str, change: Callable[[JSON], object]) -> Edit:
    """Change an operation object, found by its operationId."""
    return Edit(
        lambda document: {node["operationId"]: node for *_, node in document.operations()}[operation_id], change
    )


def role(operation_id: str, min_role: str) -> Edit:
    """Set the lowest role that may call an operation: ``role("listAlerts", "operator")``, or ``"public"``."""
    return operation(operation_id, setting(**{"x-min-role": min_role}))


def success(operation_id: str, status: int) -> Edit:
    """Change the status of an operation's success: ``success("deleteEvent", 202)``."""

    def change(node: JSON) -> None:
        former = min(node["responses"])
        node["responses"] = {str(status): node["responses"].pop(former), **node["responses"]}

    return operation(operation_id, change)


def unlimited(operation_id: str) -> Edit:
    """Exempt an operation from the rate limit: ``unlimited("listEvents")``."""
    return operation(operation_id, lambda node: node["responses"].pop("429"))


def moved(path: str, to: str) -> Edit:
    """Serve a path under another one: ``moved("/api/v1/gateways", "/api/v1/gateway")``."""
    return Edit(at("paths"), lambda paths: paths.update({to: paths.pop(path)}))


def route(path: str, method: str, operation_id: str, min_role: str = "viewer") -> Edit:
    """Serve one more operation, which does nothing, on a path with an id."""
    node = {
        "operationId": operation_id,
        "x-min-role": min_role,
        "parameters": [{"$ref": "#/components/parameters/Id"}],
        "responses": {"204": {"description": "Done."}},
    }
    return Edit(at("paths"), lambda paths: paths.setdefault(path, {}).update({method: node}))


def schema(name: str, change: Callable[[JSON], object], *inside: str) -> Edit:
    """Change a component schema, or a node inside it: ``schema("CreateSite", …, "properties", "name")``."""
    return Edit(at("components", "schemas", name, *inside), change)


def opened(name: str) -> Edit:
    """Let a schema accept unknown fields: ``opened("UpdateGateway")``."""
    return schema(name, setting(additionalProperties=True))


def required(name: str, *fields: str) -> Edit:
    """Require these fields of a schema, and no others: ``required("PairGateway", "pairing_code", "name")``."""
    return schema(name, setting(required=list(fields)))


def unknown(name: str, field: str) -> Edit:
    """Remove a field from a schema, so that it is refused: ``unknown("CreateWebhook", "name")``."""
    return schema(name, lambda properties: properties.pop(field), "properties")


def field(name: str, field: str, **keys: Any) -> Edit:
    """Set keys of one field, in this schema alone: ``field("CreateAlertRule", "cooldown_sec", minimum=1)``."""

    def find(document: Document) -> Any:
        properties = at("components", "schemas", name, "properties")(document)
        properties[field] = {**document.resolve(properties[field])}
        return properties[field]

    return Edit(find, setting(**keys))


def retyped(name: str, field: str, **keys: Any) -> Edit:
    """Replace the schema of a field, which may be new; without keys it accepts anything."""
    return schema(name, setting(**{field: keys}), "properties")


def parameter(name: str, **keys: Any) -> Edit:
    """Set keys of a parameter's schema, wherever it is used: ``parameter("Limit", maximum=101)``."""
    return Edit(at("components", "parameters", name, "schema"), setting(**keys))


def taking(name: str, **keys: Any) -> Edit:
    """Let a parameter accept other texts: ``taking("DateFrom", format="date")``."""
    return Edit(at("components", "parameters", name), setting(schema={"type": "string", **keys}))


# ---------------------------------------------------------------- families of mutants


def least_role(rule: str, lower: str, higher: str, *, arranging: Collection[str] = ()) -> list[Mutant]:
    """Return the mutants that let a lower role call the operations of a rule, and those that require a higher one.

    Operations with which the checks arrange things get no mutant of the second sort: the checks could not run.
    """
    operations = rule_operations(rule)
    others = [name for name in operations if name not in arranging]
    return [
        *for_each(f"{rule}/{{}}-by-{lower}s", operations, lambda name: role(name, lower)),
        *for_each(f"{rule}/{{}}-by-{higher}s-only", others, lambda name: role(name, higher)),
    ]


def rule_operations(rule: str) -> list[str]:
    """Return the operationIds that spec/rules/roles.toml lists for a rule."""
    rules = tomllib.loads(resources.path("spec", "rules", "roles.toml").read_text(encoding="utf-8"))["rule"]
    return next(list(each["operations"]) for each in rules if each["id"] == rule)
