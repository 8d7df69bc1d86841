"""The schema has a version, which changes with its definitions."""

import hashlib

from mockserver.store.postgres import schema

#: What was defined by each version. One that was released stays as it is: another layout is another version.
LAYOUTS = {1: "ff29e1a0c37669f9", 2: "535aa75085f996c1", 3: "030b8d59e3dd2049"}


def test_another_layout_is_another_version() -> None:
    layout = hashlib.sha256("\n".join(schema.definitions()).encode()).hexdigest()[:16]
    assert LAYOUTS[schema.VERSION] == layout
    assert max(LAYOUTS) == schema.VERSION


def test_an_address_is_shown_without_its_password() -> None:
    assert (
        schema.without_password("postgresql://me:secret@host:5432/mock?password=secret")
        == "postgresql://me@host:5432/mock"
    )
    assert schema.without_password("postgresql://host/mock") == "postgresql://host/mock"


def test_every_table_and_index_of_records_begins_with_the_org() -> None:
    for statement in schema.definitions():
        if statement.startswith("create index") and " on journal " not in statement:
            assert "(org_id" in statement.split(" on ")[1].replace('"', ""), statement
        if statement.startswith("create table") and "org_id" in statement and " lookup " not in statement:
            assert "primary key (org_id" in statement or "_counts" in statement or " org_locks " in statement, statement
