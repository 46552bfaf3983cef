"""One thing more than Django's own backend: before a transaction's first write, PostgreSQL is told who acts.

What is set inside a transaction is undone with it, and with the savepoint in which it was set; so after any rollback it
is set anew.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from patients.acting import Acting, acting
from tracker.versions import protocol_versions, software_version

if TYPE_CHECKING:
    from psycopg import Copy

# Whatever can change a row, behind any comment; what only reads is not worth a word.
_WRITES = re.compile(
    r"(?:[\s(]|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:INSERT|UPDATE|DELETE|MERGE|WITH|TRUNCATE|COPY|CALL|DO|EXECUTE|SELECT\s+AUDIT\.)",
    re.IGNORECASE | re.DOTALL,
)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with the audit trail's knowledge of who acts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._told: Acting | None = None
        self.execute_wrappers.append(self._after_telling)

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        if isinstance(cursor, TellingCursor):
            cursor.of = self
        return cursor

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": TellingCursor}

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What is done inside is recorded as done by whoever acts now."""
        status = self.connection.info.transaction_status
        if status == TransactionStatus.IDLE:
            self._told = None  # what was told before ended with its transaction
        if status == TransactionStatus.INERROR:
            yield  # PostgreSQL refuses whatever comes
        elif self.connection.autocommit and status == TransactionStatus.IDLE:
            with self.connection.transaction():  # so that what is told ends with the statement
                self._tell()
                yield
        else:
            self._tell()
            yield

    def _after_telling(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if self.connection is None:
            return execute(sql, params, many, context)
        if isinstance(sql, str) and not _WRITES.match(sql):
            if self._told and (_undoes(sql) or self.connection.info.transaction_status == TransactionStatus.IDLE):
                self._told = None
            return execute(sql, params, many, context)
        with self.telling():
            return execute(sql, params, many, context)

    def _commit(self) -> None:
        self._told = None
        super()._commit()  # type: ignore[misc]  # the stubs leave it out

    def _rollback(self) -> None:
        self._told = None
        super()._rollback()  # type: ignore[misc]  # as above

    def _tell(self) -> None:
        found = acting()
        if self._told != found:
            self.connection.execute("SELECT set_config('myoline.acting', %s, true)", [_written(found)])
            self._told = found


class TellingCursor(base.Cursor):
    """COPY goes past Django, and so past what Django lets one put around a statement."""

    of: DatabaseWrapper

    @contextmanager
    def copy(self, statement: Any, *args: Any, **options: Any) -> "Iterator[Copy]":
        with self.of.telling(), super().copy(statement, *args, **options) as copy:  # type: ignore[misc]  # as above
            yield copy


def _undoes(sql: str) -> bool:
    """Whether a savepoint is gone back to, and with it what was told since."""
    return sql[:8].upper() == "ROLLBACK"


def _written(found: Acting) -> str:
    return json.dumps(
        {
            "actor_id": found.actor_id,
            "request_id": found.request_id,
            "origin": found.origin,
            "reason": found.reason,
            "emergency_id": found.emergency_id,
            "software": software_version(),
            "protocol": protocol_versions(),
        }
    )
