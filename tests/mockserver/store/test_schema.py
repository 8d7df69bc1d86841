"""The version of the schema, its indexes, and addresses without passwords."""

import hashlib

from mockserver.store.postgres import schema

#: The hash of the definitions of each version. Released ones never change: another layout needs another version.
LAYOUTS = {1: "ff29e1a0c37669f9", 2: "535aa75085f996c1", 3: "030b8d59e3dd2049"}


def test_another_layout_needs_another_version() -> None:
    layout = hashlib.sha256("\n".join(schema.definitions()).encode()).hexdigest()[:16]
    assert LAYOUTS[schema.VERSION] == layout
    assert max(LAYOUTS) == schema.VERSION


def test_an_address_is_printed_without_its_password() -> None:
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
