"""A value as the bytes of a media type: JSON, XML, a form, or text."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import msgspec

from mockserver.openapi.composition import items_of, properties_of
from mockserver.openapi.document import Document
from mockserver.openapi.media_types import is_json, is_xml, normal


def encoded(document: Document, media_type: str, content: dict[str, Any], value: Any) -> bytes:
    """Return the bytes of a value; a text of another type than JSON is sent as it is."""
    if is_json(media_type):
        return msgspec.json.encode(value)
    if isinstance(value, str):
        return value.encode()
    if is_xml(media_type):
        return _xml(document, content.get("schema", True), value)
    if normal(media_type) == "application/x-www-form-urlencoded" and isinstance(value, dict):
        return urlencode({name: _text(item) for name, item in value.items()}).encode()
    return msgspec.json.encode(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _xml(document: Document, schema: Any, value: Any) -> bytes:
    name = _reference_name(schema)
    found: list[ElementTree.Element] = []
    _add_xml(document, schema, value, name, found)
    root = found[0] if len(found) == 1 else ElementTree.Element(name)
    if len(found) != 1:
        root.extend(found)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _reference_name(schema: Any) -> str:
    reference = schema.get("$ref", "") if isinstance(schema, dict) else ""
    return _xml_name(reference.rpartition("/")[2] or "root")


def _xml_name(name: Any) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "_-.:" else "_" for letter in str(name))
    return kept if kept[:1].isalpha() or kept[:1] == "_" else f"_{kept}"


def _add_xml(document: Document, schema: Any, value: Any, name: str, into: list[ElementTree.Element]) -> None:
    """Append the elements of a value as the XML Object of its schema describes them."""
    resolved = document.resolve(schema)
    hints = resolved.get("xml", {}) if isinstance(resolved, dict) else {}
    tag = _xml_name(hints.get("name", name))
    tag = f"{hints['prefix']}:{tag}" if hints.get("prefix") else tag
    if isinstance(value, list):
        items = items_of(document, schema)
        found: list[ElementTree.Element] = []
        for item in value:
            _add_xml(document, items, item, tag, found)
        wrapped = hints.get("wrapped")
        into += [_element(tag, hints, found)] if wrapped else found
        return
    element = _element(tag, hints, [])
    into.append(element)
    if not isinstance(value, dict):
        element.text = "" if value is None else _xml_text(value)
        return
    properties = properties_of(document, schema)
    for key, item in value.items():
        node = document.resolve(properties.get(key, True))
        own = node.get("xml", {}) if isinstance(node, dict) else {}
        if own.get("attribute"):
            element.set(_xml_name(own.get("name", key)), _xml_text(item))
        else:
            children: list[ElementTree.Element] = []
            _add_xml(document, node, item, key, children)
            element.extend(children)


def _element(tag: str, hints: dict[str, Any], children: list[ElementTree.Element]) -> ElementTree.Element:
    element = ElementTree.Element(tag)
    if hints.get("namespace"):
        element.set(f"xmlns:{hints['prefix']}" if hints.get("prefix") else "xmlns", hints["namespace"])
    element.extend(children)
    return element


def _xml_text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else _text(value)
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ")
