"""The base classes of models: frozen, and tolerant of fields and values of a newer server."""

from enum import Enum

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """An object of an answer. Fields that this version does not know are kept too."""

    model_config = ConfigDict(extra="allow", frozen=True)


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
