"""Files are joined to one document of plain JSON data, whose references are pointers into it."""

from pathlib import Path
from typing import Any

import pytest

from mockserver.openapi import reading
from mockserver.openapi.checking import checked
from mockserver.openapi.document import Document, DocumentError
from mockserver.openapi.reading import ReadingError, read
from mockserver.openapi.upgrade import upgrade
from tests.mockserver.openapi.documents import document, json_content, operation


def joined(folder: Path, text: str, **others: str) -> Any:
    for name, content in others.items():
        (folder / f"{name}.yaml").write_text(content)
    path = folder / "main.yaml"
    path.write_text(text)
    return read(path)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("on", "on"),
        ("no", "no"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("true", True),
        ("null", None),
        ("", None),
        ("-5", -5),
        ("010", 10),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("1.5", 1.5),
    ],
)
def test_yaml_is_read_as_json_reads_it(tmp_path: Path, text: str, value: object) -> None:
    assert joined(tmp_path, f"a: {text}") == {"a": value}


def test_keys_are_texts(tmp_path: Path) -> None:
    assert joined(tmp_path, "200: {true: a, null: b, 1.5: c}") == {"200": {"true": "a", "null": "b", "1.5": "c"}}


def test_references_to_files_and_names_become_pointers(tmp_path: Path) -> None:
    main = "a: {$ref: 'other.yaml#/x'}\nb: {$ref: './other.yaml#named'}\nc: {$ref: '#here'}\nd: {$anchor: here}"
    raw = joined(tmp_path, main, other="x: {$ref: '#/y'}\ny: {$ref: 'main.yaml#/d'}\nz: {$anchor: named}")
    assert [raw[name]["$ref"] for name in "abc"] == ["#/x-bundled-files/1/x", "#/x-bundled-files/1/z", "#/d"]
    assert raw["x-bundled-files"] == {"1": {"x": {"$ref": "#/x-bundled-files/1/y"}, "y": {"$ref": "#/d"}, "z": {}}}
    assert raw["d"] == {}


def test_references_to_ids_become_pointers(tmp_path: Path) -> None:
    main = (
        "schemas:\n  A: {$id: 'https://example.com/a', items: {$ref: b}, x: {$ref: '#/items'}}\n"
        "  B: {$id: 'https://example.com/b', y: {$anchor: y}, z: {$ref: '#y'}}\nc: {$ref: 'https://example.com/b#/y'}"
    )
    raw = joined(tmp_path, main)
    assert raw["schemas"]["A"] == {"items": {"$ref": "#/schemas/B"}, "x": {"$ref": "#/schemas/A/items"}}
    assert raw["schemas"]["B"] == {"y": {}, "z": {"$ref": "#/schemas/B/y"}}
    assert raw["c"] == {"$ref": "#/schemas/B/y"}


def test_data_of_the_api_is_no_reference(tmp_path: Path) -> None:
    raw = joined(
        tmp_path, "example: {$ref: none.yaml}\nenum: [{$ref: none.yaml}]\nproperties: {example: {$ref: '#/enum'}}"
    )
    assert raw["example"] == {"$ref": "none.yaml"}
    assert raw["properties"]["example"] == {"$ref": "#/enum"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {$ref: 'none.yaml'}", "none.yaml: .*No such file"),
        ("a: {$ref: 'https://example.com/x'}", "only references to files are followed"),
        ("&a [*a]", "not plain JSON data"),
        ("[" * 250 + "]" * 250, "one inside another"),
        ("a: !!binary aGk=", "not plain JSON data: bytes"),
        ("? [1]\n: 2", "unhashable|no text"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ReadingError, match=message):
        joined(tmp_path, text)


def test_files_and_values_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_VALUES", 1000)
    bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    with pytest.raises(ReadingError, match="more than 1000 values"):
        joined(tmp_path, bomb)
    monkeypatch.setattr(reading, "MAX_FILES", 2)
    with pytest.raises(ReadingError, match="more than 2 files"):
        joined(tmp_path, "a: {$ref: b.yaml}", b="$ref: c.yaml", c="{}")


def test_schemas_of_3_0_mean_the_same_in_3_1() -> None:
    schema = {
        "type": "object",
        "properties": {
            "nullable": {"type": "string", "nullable": True},
            "open": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": False},
            "other": {"$ref": "#/components/schemas/X", "nullable": True},
        },
        "example": {"nullable": True, "type": "kept"},
    }
    raw = {
        "openapi": "3.0.3",
        "paths": {"/a": {"$ref": "#/x", "summary": "kept"}},
        "components": {"schemas": {"A": schema}},
    }
    upgrade(raw)
    properties: Any = schema["properties"]
    assert properties["nullable"] == {"type": ["string", "null"], "nullable": True}
    assert properties["open"] == {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    assert properties["other"] == {"$ref": "#/components/schemas/X"}
    assert schema["example"] == {"nullable": True, "type": "kept"}
    assert raw["paths"] == {"/a": {"$ref": "#/x", "summary": "kept"}}


def test_reference_that_leads_to_itself_is_refused() -> None:
    raw = {"paths": {}, "a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}
    with pytest.raises(DocumentError, match="leads to itself"):
        Document(raw, "").resolve({"$ref": "#/a"})


def test_schema_without_any_valid_value_is_refused(tmp_path: Path) -> None:
    endless = {"$ref": "#/components/schemas/Endless"}
    schemas = {"Endless": {"type": "object", "required": ["next"], "properties": {"next": endless}}}
    answer = {"description": "Done.", "content": json_content(endless)}
    path = tmp_path / "main.yaml"
    path.write_text(document({"/a": {"get": operation(responses={"200": answer})}}, schemas=schemas).yaml_text)
    with pytest.raises(DocumentError, match="GET /a: no value was found that is valid for 200 application/json"):
        checked(path)
