"""How a query becomes SQL: one statement a question, its text the same for the same shape of question."""

from typing import Any

from mockserver.domain.cursors import Position
from mockserver.domain.dates import ALWAYS
from mockserver.store.base import Kind, Query
from mockserver.store.postgres.tables import plain


class Statement:
    """A statement in the making: its conditions, and the arguments that they refer to."""

    def __init__(self, query: Query[Any]) -> None:
        self.kind: Kind[Any] = query.kind
        self.arguments: list[Any] = []
        self.text = ""
        self._facets = [f"org_id = {self._argument(query.org_id)}", *self._of_facets(query)]
        self._windowed = query.window != ALWAYS
        self._conditions = [*self._facets, *self._of_window(query)]

    @classmethod
    def page(cls, query: Query[Any], limit: int, after: Position | None) -> "Statement":
        """Return the question for the number of matches and the bodies of a page, one more than its limit."""
        made = cls(query)
        behind = [] if after is None else [f"(at, id) < {made._position(after)}"]
        made.text = f"select {made._total()}, {made._bodies(behind, 'desc', limit + 1)}"
        return made

    @classmethod
    def all(cls, query: Query[Any]) -> "Statement":
        """Return the question for the bodies of all matches."""
        made = cls(query)
        made.text = f"select body from {made.kind.name} {made._where([])} order by at desc, id desc"
        return made

    @classmethod
    def count(cls, query: Query[Any]) -> "Statement":
        """Return the question for the number of matches."""
        made = cls(query)
        made.text = f"select {made._total()}"
        return made

    @classmethod
    def neighbours(cls, query: Query[Any], position: Position) -> "Statement":
        """Return the question for the bodies of the next older and the next newer match."""
        made = cls(query)
        here = made._position(position)
        older, newer = made._bodies([f"(at, id) < {here}"], "desc", 1), made._bodies([f"(at, id) > {here}"], "asc", 1)
        made.text = f"select {older}, {newer}"
        return made

    def _argument(self, value: Any, type_: str = "text") -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{type_}"

    def _position(self, position: Position) -> str:
        return f"({self._argument(position.at, 'timestamptz')}, {self._argument(position.id)})"

    def _of_facets(self, query: Query[Any]) -> list[str]:
        return [self._facet(name, [plain(value) for value in values]) for name, values in query.where.items()]

    def _facet(self, name: str, values: list[str | None]) -> str:
        given = [value for value in values if value is not None]
        equal = f'"{name}" = '
        equal += self._argument(given[0]) if len(given) == 1 else f"any({self._argument(given, 'text[]')})"
        return f'({equal} or "{name}" is null)' if len(given) < len(values) else equal

    def _of_window(self, query: Query[Any]) -> list[str]:
        since, until = query.window
        bounds = [] if since is None else [f"at >= {self._argument(since, 'timestamptz')}"]
        return bounds if until is None else [*bounds, f"at < {self._argument(until, 'timestamptz')}"]

    def _where(self, more: list[str]) -> str:
        return f"where {' and '.join([*self._conditions, *more])}"

    def _bodies(self, more: list[str], direction: str, limit: int) -> str:
        order = f"order by at {direction}, id {direction} limit {limit}"  # a plan for any limit is none for small ones
        return f"array(select body from {self.kind.name} {self._where(more)} {order})"

    def _total(self) -> str:
        """Count by the tally where there is one: it knows of facets, not of time."""
        if self.kind.large and not self._windowed:
            cells = f"{self.kind.name}_tally where {' and '.join(self._facets)}"
            return f"(select coalesce(sum(number), 0)::bigint from {cells})"
        return f"(select count(*) from {self.kind.name} {self._where([])})"
