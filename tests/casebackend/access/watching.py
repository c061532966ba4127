"""Sees from outside what a request left in the database: rows touched, lines of the audit, and the hash of all else."""

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any

import psycopg

from casebackend.schema import METADATA
from tests.world import World

# What a refusal itself writes.
OWN = ("audit", "audit_heads")
TOUCHED = "_touched"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit of refusals."""

    event: str
    actor: str
    object: str
    detail: str


class Watch:
    """A connection of its own. Triggers note each row that a committed transaction touched."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._raw: Any
        if world.database.is_sqlite:
            self._raw = sqlite3.connect(world.settings.var_dir / "tingsu.db", isolation_level=None, timeout=10)
        else:
            address = world.settings.database_url.replace("postgresql+psycopg://", "postgresql://")
            self._raw = psycopg.connect(address, autocommit=True)
        self._tables = [table for table in METADATA.sorted_tables if table.name not in OWN]
        self._arm()
        self._seq = self._last()

    def _arm(self) -> None:
        self._raw.execute(f"CREATE TABLE {TOUCHED} (name text)")
        if not self.world.database.is_sqlite:
            self._raw.execute(
                f"CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$BEGIN INSERT INTO {TOUCHED} VALUES (TG_TABLE_NAME); RETURN NULL; END$$"
            )
        for table in self._tables:
            for deed in ("INSERT", "UPDATE", "DELETE"):
                self._raw.execute(self._trigger(table.name, deed))

    def _trigger(self, table: str, deed: str) -> str:
        head = f'CREATE TRIGGER "touched_{table}_{deed}" AFTER {deed} ON "{table}"'
        if self.world.database.is_sqlite:
            return f"{head} BEGIN INSERT INTO {TOUCHED} VALUES ('{table}'); END"
        return f"{head} FOR EACH ROW EXECUTE FUNCTION touched()"

    def _last(self) -> int:
        return int(self._raw.execute("SELECT coalesce(max(seq), 0) FROM audit WHERE chain = 'access'").fetchone()[0])

    def touched(self) -> list[str]:
        """Names of the tables since the last call."""
        found = sorted({row[0] for row in self._raw.execute(f"SELECT name FROM {TOUCHED}").fetchall()})
        if found:
            self._raw.execute(f"DELETE FROM {TOUCHED}")
        return found

    def lines(self) -> list[Line]:
        """Since the last call."""
        asked = f"SELECT event, actor, object, detail, seq FROM audit WHERE chain = 'access' AND seq > {self._seq}"
        found = self._raw.execute(asked).fetchall()
        self._seq = max((row[4] for row in found), default=self._seq)
        return [Line(row[0], row[1], row[2], str(row[3])) for row in found]

    def fingerprint(self) -> str:
        """Of every row of every table but those that a refusal writes."""
        summed = hashlib.sha256()
        for table in self._tables:
            rows = sorted(repr(tuple(row)) for row in self._raw.execute(f'SELECT * FROM "{table.name}"').fetchall())
            summed.update(f"{table.name}:{rows}".encode())
        return summed.hexdigest()

    def close(self) -> None:
        self._raw.close()
