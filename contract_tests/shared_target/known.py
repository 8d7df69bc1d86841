"""What a check may look for on a shared target and not find: ids that are not known there."""

from typing import NoReturn, SupportsIndex, overload

from contract_tests.verdicts import Unavailable


class KnownIds(list[str]):
    """The known ids of one kind; an index that is too high disables the check, instead of failing it."""

    def __init__(self, found: list[str], noun: str) -> None:
        super().__init__(found)
        self._noun = noun

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> str | list[str]:
        try:
            return super().__getitem__(index)
        except IndexError:
            raise Unavailable(f"needs more than {len(self)} known {self._noun}s") from None


class UserIds(dict[str, str]):
    """The ids of users by role; looking for one that is not known disables the check."""

    def __missing__(self, role: str) -> NoReturn:
        raise Unavailable(f"needs the user id of the {role}, and the target does not say whose its token is")
