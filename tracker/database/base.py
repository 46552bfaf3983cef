"""One thing more than Django's own backend: before a transaction's first write, PostgreSQL is told who acts.

What is set inside a transaction is undone with it, and with the savepoint in which it was set; so it is set anew
whenever the place it was set in may be gone.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from patients.acting import Acting, acting
from tracker.versions import protocol_versions, software_version

# Whatever can change a row; what only reads is not worth a word.
_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "TRUNCATE", "COPY", "CALL", "DO", "SELECT AUDIT.")


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with the audit trail's knowledge of who acts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._told: Acting | None = None
        self._told_in: tuple[str, ...] = ()
        self.execute_wrappers.append(self._after_telling)

    def _after_telling(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if self.connection is None:
            return execute(sql, params, many, context)
        status = self.connection.info.transaction_status
        if status == TransactionStatus.IDLE:
            self._told = None  # what was told before ended with its transaction
        if not _may_write(sql) or status == TransactionStatus.INERROR:
            return execute(sql, params, many, context)
        if self.connection.autocommit and status == TransactionStatus.IDLE:
            with self.connection.transaction():  # so that what is told ends with the statement
                self._tell()
                return execute(sql, params, many, context)
        self._tell()
        return execute(sql, params, many, context)

    def _tell(self) -> None:
        found, inside = acting(), tuple(self.savepoint_ids)
        if self._told == found and inside[: len(self._told_in)] == self._told_in:
            return
        self.connection.execute("SELECT set_config('myoline.acting', %s, true)", [_written(found)])
        self._told, self._told_in = found, inside


def _may_write(sql: Any) -> bool:
    return not isinstance(sql, str) or sql.lstrip("( \n")[:13].upper().startswith(_WRITES)


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
