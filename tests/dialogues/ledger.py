"""What the programs have written down, read from the SQLite files beside them; and the one thing a test may not wait
for: time that passes."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

CODE = re.compile(r"核实码是 (\d{6})")
TALKERS = ("bot", "agent", "system")
AGEING = {
    "conversations": ("id", ("opened_at", "last_in_at", "notice_at", "queued_at")),
    "messages": ("conversation_id", ("at", "received_at")),
    "turns": ("conversation_id", ("created_at",)),
    "deliveries": ("conversation_id", ("created_at", "done_at")),
    "drafts": ("conversation_id", ("first_received_at", "touched_at", "cancelled_at")),
}
TRACKER_KEPT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Said:
    seq: int
    author: str
    text: str


class Ledger:
    """`var`: the folder of a chain on SQLite. Reading disturbs nobody: the databases are in WAL mode."""

    def __init__(self, var: Path) -> None:
        self._var, self._business, self._tracker = var, var / "tingsu.db", var / "rasa.db"

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self._business}?mode=ro", uri=True, timeout=10)) as database:
            yield database

    def conversation_of_message(self, external_id: str) -> str | None:
        with self._reading() as database:
            query = "SELECT conversation_id FROM messages WHERE external_id = ? OR external_id LIKE ?"
            row = database.execute(query, (external_id, f"%:{external_id}")).fetchone()
        return row and str(row[0])

    def conversation_of_sender(self, channel: str, sender: str) -> str | None:
        with self._reading() as database:
            query = "SELECT id FROM conversations WHERE channel = ? AND sender = ?"
            row = database.execute(query, (channel, sender)).fetchone()
        return row and str(row[0])

    def answered(self, conversation: str, messages: int) -> bool:
        """So many messages are stored, and none waits for its answer."""
        with self._reading() as database:
            query = "SELECT count(*), sum(state IN ('waiting', 'claimed')) FROM turns WHERE conversation_id = ?"
            turns, open_ones = database.execute(query, (conversation,)).fetchone()
        return turns >= messages and not open_ones

    def said(self, conversation: str, after: int) -> list[Said]:
        """As the customer reads it, with its choices: masked values in place of tokens."""
        with self._reading() as database:
            masks = dict(
                database.execute("SELECT token, masked FROM personal_values WHERE conversation_id = ?", (conversation,))
            )
            query = "SELECT seq, author, text, choices FROM messages WHERE conversation_id = ? AND seq > ? ORDER BY seq"
            rows = database.execute(query, (conversation, after)).fetchall()
        found = []
        for seq, author, text, choices in rows:
            for token, masked in masks.items():
                text = text.replace(token, masked)
            found.append(Said(seq, author, "\n".join([text, *json.loads(choices)])))
        return found

    def engines(self, conversation: str) -> set[str]:
        with self._reading() as database:
            rows = database.execute("SELECT DISTINCT engine FROM turns WHERE conversation_id = ?", (conversation,))
            return {row[0] for row in rows if row[0]}

    def numbers(self, conversation: str) -> list[str]:
        """Of the cases of this conversation, in the order of filing."""
        with self._reading() as database:
            query = "SELECT number FROM cases WHERE conversation_id = ? ORDER BY filed_at, number"
            return [row[0] for row in database.execute(query, (conversation,))]

    def handed_over(self, conversation: str) -> bool:
        with self._reading() as database:
            query = "SELECT owner FROM conversations WHERE id = ?"
            return bool(database.execute(query, (conversation,)).fetchone()[0] != "bot")

    def codes(self, phone: str) -> list[str]:
        """One-time codes that went to a phone, as the double of the SMS carrier has them."""
        path, to = self._var / "log" / "sms.jsonl", f"{phone[:2]}***{phone[-4:]}"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        sent = [json.loads(line) for line in lines]
        return [code for each in sent if each["to"] == to for code in CODE.findall(each["text"])]

    def holds(self, words: str) -> list[str]:
        """Files of the programs in which these words stand in clear: databases with their logs, and logs."""
        files = [*self._var.glob("*.db*"), *(self._var / "log").glob("*")]
        return sorted(path.name for path in files if words.encode() in path.read_bytes())

    def everything_stored(self, conversation: str) -> str:
        """Plain columns only: what anybody with the file could read."""
        with self._reading() as database:
            said = database.execute("SELECT text FROM messages WHERE conversation_id = ?", (conversation,)).fetchall()
            query = "SELECT value, display FROM draft_fields JOIN drafts ON draft_id = id WHERE conversation_id = ?"
            return str([*said, *database.execute(query, (conversation,)).fetchall()])

    def age(self, conversation: str, hours: float) -> None:
        """All that was said moves into the past; the bot's own memory of it ends, as it does after a day."""
        with closing(sqlite3.connect(self._business, timeout=30)) as database, database:
            for table, (key, columns) in AGEING.items():
                moved = ", ".join(
                    f"{column} = strftime('%Y-%m-%d %H:%M:%f', {column}, '-{round(hours * 60)} minutes')"
                    for column in columns
                )
                database.execute(f"UPDATE {table} SET {moved} WHERE {key} = ?", (conversation,))
        if hours >= TRACKER_KEPT_HOURS:
            with closing(sqlite3.connect(self._tracker, timeout=30)) as tracker, tracker:
                tracker.execute("DELETE FROM events WHERE sender_id = ?", (str(UUID(conversation)),))
