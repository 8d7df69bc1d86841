"""Turns queries into SQL: one statement per question, whose text depends only on which filters and bounds are given."""

from typing import Any

from mockserver.domain.cursors import Position
from mockserver.domain.dates import ALWAYS
from mockserver.store.base import Kind, Query
from mockserver.store.postgres.tables import column_value


class Statement:
    """A statement under construction: its conditions, and the arguments of their placeholders."""

    def __init__(self, query: Query[Any]) -> None:
        self.kind: Kind[Any] = query.kind
        self.arguments: list[Any] = []
        self.text = ""
        self._filters = [f"org_id = {self._argument(query.org_id)}", *self._filter_conditions(query)]
        self._windowed = query.window != ALWAYS
        self._conditions = [*self._filters, *self._window_conditions(query)]

    @classmethod
    def page(cls, query: Query[Any], limit: int, after: Position | None) -> "Statement":
        """Return the statement for the number of matches, and the bodies of ``limit`` + 1 of them."""
        statement = cls(query)
        older = [] if after is None else [f"(at, id) < {statement._position(after)}"]
        statement.text = f"select {statement._total()}, {statement._bodies(older, 'desc', limit + 1)}"
        return statement

    @classmethod
    def all(cls, query: Query[Any]) -> "Statement":
        """Return the statement for the bodies of all matches."""
        statement = cls(query)
        statement.text = f"select body from {query.kind.name} {statement._where([])} order by at desc, id desc"
        return statement

    @classmethod
    def count(cls, query: Query[Any]) -> "Statement":
        """Return the statement for the number of matches."""
        statement = cls(query)
        statement.text = f"select {statement._total()}"
        return statement

    @classmethod
    def neighbours(cls, query: Query[Any], position: Position) -> "Statement":
        """Return the statement for the bodies of the next older and the next newer match."""
        statement = cls(query)
        here = statement._position(position)
        older = statement._bodies([f"(at, id) < {here}"], "desc", 1)
        newer = statement._bodies([f"(at, id) > {here}"], "asc", 1)
        statement.text = f"select {older}, {newer}"
        return statement

    def _argument(self, value: Any, type_: str = "text") -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{type_}"

    def _position(self, position: Position) -> str:
        return f"({self._argument(position.at, 'timestamptz')}, {self._argument(position.id)})"

    def _filter_conditions(self, query: Query[Any]) -> list[str]:
        return [
            self._filter_condition(name, [column_value(value) for value in values])
            for name, values in query.where.items()
        ]

    def _filter_condition(self, name: str, values: list[str | None]) -> str:
        given = [value for value in values if value is not None]
        equal = f'"{name}" = '
        equal += self._argument(given[0]) if len(given) == 1 else f"any({self._argument(given, 'text[]')})"
        return f'({equal} or "{name}" is null)' if len(given) < len(values) else equal

    def _window_conditions(self, query: Query[Any]) -> list[str]:
        since, until = query.window
        bounds = [] if since is None else [f"at >= {self._argument(since, 'timestamptz')}"]
        return bounds if until is None else [*bounds, f"at < {self._argument(until, 'timestamptz')}"]

    def _where(self, more: list[str]) -> str:
        return f"where {' and '.join([*self._conditions, *more])}"

    def _bodies(self, more: list[str], direction: str, limit: int) -> str:
        order = f"order by at {direction}, id {direction} limit {limit}"  # as a parameter it would spoil the plan
        return f"array(select body from {self.kind.name} {self._where(more)} {order})"

    def _total(self) -> str:
        """Return the count of matches: from the table of counts where it serves, which knows filters but no window."""
        if self.kind.large and not self._windowed:
            counts = f"{self.kind.name}_counts where {' and '.join(self._filters)}"
            return f"(select coalesce(sum(number), 0)::bigint from {counts})"
        return f"(select count(*) from {self.kind.name} {self._where([])})"
