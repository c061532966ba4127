"""Carriers that carry nowhere: one for demos and development, one for tests."""

import json
from pathlib import Path

from casebackend.notices.ports import NotSent, Outgoing


class ConsoleSender:
    """One JSON line a message in a file of its own; the address is masked, as in every log."""

    def __init__(self, channel: str, path: Path) -> None:
        self.channel, self.path = channel, path

    async def send(self, message: Outgoing) -> None:
        line = {
            "channel": self.channel,
            "id": str(message.id),
            "to": f"{message.address[:2]}***{message.address[-4:]}",
            "subject": message.subject,
            "text": message.text,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise NotSent(type(error).__name__) from error


class RecordingSender:
    """Keeps what it carried; `failing` is raised instead of the next sends, one after another."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.failing: list[Exception] = []

    async def send(self, message: Outgoing) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.sent.append(message)
