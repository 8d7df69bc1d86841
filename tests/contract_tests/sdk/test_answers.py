from enum import Enum
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, Field

from contract_tests.sdk import answers, schemas
from contract_tests.sdk.installed import Sdk
from contract_tests.verdicts import Violation


class Site(BaseModel):
    id: str
    time_zone: str | None = Field(default=None, alias="timezone")


class Status(Enum):
    ONLINE = "online"


class Odd(BaseModel):
    value: object


def test_a_missing_field_is_a_violation() -> None:
    assert answers.field(Site(id="1"), "id") == "1"
    with pytest.raises(Violation, match=r"an answer with status; got Site\(id='1'"):
        answers.field(Site(id="1"), "status")


@pytest.mark.parametrize("data", [None, {"id": "1"}, "items"])
def test_data_that_is_not_a_list_is_a_violation(data: object) -> None:
    assert answers.data(SimpleNamespace(data=(1, 2))) == [1, 2]
    with pytest.raises(Violation, match="a list as data"):
        answers.data(SimpleNamespace(data=data))


def test_the_json_of_an_answer_has_the_names_of_the_api() -> None:
    assert answers.as_json(Site(id="1", timezone="UTC")) == {"id": "1", "timezone": "UTC"}
    assert answers.as_json(b"id,name") == b"id,name"
    with pytest.raises(Violation, match="that can be written as JSON"):
        answers.as_json(Odd(value=object()))


def test_a_member_of_an_enumeration_is_its_value() -> None:
    assert (answers.text(Status.ONLINE), answers.text("online")) == ("online", "online")


def test_a_model_is_one_of_pydantic() -> None:
    assert answers.is_model(Sdk(), Site(id="1"))
    assert not answers.is_model(Sdk(), {"id": "1"})


def test_declared_fields_have_the_names_of_the_api() -> None:
    assert schemas.declared(Site) == ({"id", "timezone"}, {"id"})
    with pytest.raises(Violation, match="a Pydantic model"):
        schemas.declared(dict)


def test_the_document_says_which_fields_an_answer_has() -> None:
    properties, required = schemas.fields(schemas.of_answer("getEvent"))
    assert len(properties) == len(required) == 24  # an event's detail is composed of two schemas
    assert {"summary", "narrative"} <= properties.keys()
    assert "narrative" not in schemas.fields(schemas.of_item(schemas.of_answer("listEvents")))[0]
