"""The base classes of models: frozen, and tolerant of fields and values of a newer server."""

import re
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter

from novavms.errors import UnsupportedOperationError

_DATETIME: TypeAdapter[datetime] = TypeAdapter(datetime)


def _without_leap_second(value: Any) -> Any:
    """Return the second after a leap second, which a datetime cannot hold; any other value stays as it is."""
    if isinstance(value, str) and ":60" in value:
        before = re.sub(r":60(?=$|[.Z+-])", ":59", value)
        try:
            return _DATETIME.validate_python(before) + timedelta(seconds=before != value)
        except OverflowError as error:
            raise ValueError(str(error)) from None
    return value


Timestamp: TypeAlias = Annotated[datetime, BeforeValidator(_without_leap_second)]


class Model(BaseModel):
    """An object of an answer. Fields that this version does not know are kept too."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    if not TYPE_CHECKING:  # for type checkers, an assignment stays what it is for any model

        def __setattr__(self, name: str, value: object) -> None:
            if not name.startswith("_"):
                _refuse(self, name)
            super().__setattr__(name, value)

        def __delattr__(self, name: str) -> None:
            _refuse(self, name)


def _refuse(model: Model, name: str) -> NoReturn:
    kind = type(model).__name__
    raise UnsupportedOperationError(
        f"{name} cannot be set: a {kind} is what the server answered. Call update(id, {name}=...) of its namespace to "
        f"change it there, or model_copy(update={{{name!r}: ...}}) for another {kind}"
    )


class OpenEnum(str, Enum):
    """A string of a list that may grow: a value that is not listed yet becomes a new member.

    Every member is a plain ``str`` in comparisons and in text, so ``camera.status == "online"`` holds where
    ``camera.status == CameraStatus.ONLINE`` does.
    """

    __str__ = str.__str__

    def __format__(self, format_spec: str) -> str:
        return str.__format__(self, format_spec)

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
