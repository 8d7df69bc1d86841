import msgspec
import pytest

from mockserver.domain.records import Record
from tests.factories import ORG, uuid


def test_record_cannot_be_changed_in_place() -> None:
    record = Record(id=uuid(1), org_id=ORG)
    with pytest.raises(AttributeError):
        record.id = uuid(2)  # type: ignore[misc]


def test_record_refuses_fields_it_does_not_know() -> None:
    with pytest.raises(msgspec.ValidationError, match="name"):
        msgspec.convert({"id": uuid(1), "org_id": ORG, "name": "x"}, Record)


@pytest.mark.parametrize("missing", ["id", "org_id"])
def test_record_needs_id_and_org(missing: str) -> None:
    fields = {"id": uuid(1), "org_id": ORG}
    del fields[missing]
    with pytest.raises(msgspec.ValidationError, match=missing):
        msgspec.convert(fields, Record)
