"""One set of sentences for every carrier: mail over a real SMTP server, and the doubles of mail, SMS and OA."""

import email
import json
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from casebackend.notices.doubles import ConsoleSender, RecordingSender
from casebackend.notices.ports import NotSent, Outgoing, Refused, Sender
from casebackend.notices.smtp import SmtpSender
from casebackend.settings import Settings
from ops.ports import free_port
from tests.world import configured


class Carrier(Protocol):
    """A sender, what has arrived at its other end as (subject, text), and a way to break the line."""

    sender: Sender

    def arrived(self) -> list[tuple[str, str]]: ...
    def close(self) -> None: ...


class Mailbox:
    """What a mail server of a bank does, as far as we notice."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.answer = "250 OK"
        self.refused: set[str] = set()
        self.dropping = False

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.dropping:
            assert server.transport is not None
            server.transport.close()
            return "250 OK"
        mail = email.message_from_bytes(envelope.original_content or b"", policy=policy.default)
        if self.answer.startswith("250"):
            text = mail.get_content().replace("\r\n", "\n").strip()
            self.mails.append((str(mail["Subject"]), text))
            self.ids.append(str(mail["Message-ID"]))
        return self.answer


class Smtp:
    def __init__(self, tmp_path: Path) -> None:
        self.mailbox = Mailbox()
        self.port = free_port()
        self.server = Controller(self.mailbox, hostname="127.0.0.1", port=self.port)
        self.server.start()
        self.sender: Sender = SmtpSender(self.settings(tmp_path))

    def settings(self, tmp_path: Path) -> Settings:
        values = {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_from": "tingsu@bank.example"}
        return configured("sqlite://", tmp_path).model_copy(update=values)

    def arrived(self) -> list[tuple[str, str]]:
        return self.mailbox.mails

    def close(self) -> None:
        self.server.stop()


class Console:
    channel = "sms"

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path / "log" / f"{self.channel}.jsonl"
        self.sender: Sender = ConsoleSender(self.channel, self.path)

    def arrived(self) -> list[tuple[str, str]]:
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        return [(line["subject"], line["text"]) for line in map(json.loads, lines)]

    def close(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.path.unlink(missing_ok=True)
        self.path.mkdir()


class ConsoleOffice(Console):
    channel = "oa"


class Recording:
    def __init__(self, _: Path) -> None:
        self.double = RecordingSender()
        self.sender: Sender = self.double

    def arrived(self) -> list[tuple[str, str]]:
        return [(each.subject, each.text) for each in self.double.sent]

    def close(self) -> None:
        self.double.failing.append(NotSent("down"))


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[Smtp]:
    carrier = Smtp(tmp_path)
    yield carrier
    if carrier.server.loop.is_running():
        carrier.close()


def message(address: str = "li@bank.example") -> Outgoing:
    return Outgoing(uuid4(), address, "【临期】投诉 TS20260302000001", "投诉 TS20260302000001 即将到期\n请抓紧办理。")


@pytest.mark.parametrize("kind", [Smtp, Console, ConsoleOffice, Recording])
class TestEveryCarrier:
    async def test_carries_chinese_words_as_they_are(self, kind: type[Any], tmp_path: Path) -> None:
        carrier: Carrier = kind(tmp_path)
        sent = message()
        await carrier.sender.send(sent)
        assert carrier.arrived() == [(sent.subject, sent.text)]
        carrier.close()

    async def test_says_for_certain_that_nothing_left_when_the_line_is_down(
        self, kind: type[Any], tmp_path: Path
    ) -> None:
        carrier: Carrier = kind(tmp_path)
        carrier.close()
        with pytest.raises(NotSent):
            await carrier.sender.send(message())


async def test_a_mail_carries_its_own_id(smtp: Smtp) -> None:
    sent = message()
    await smtp.sender.send(sent)
    assert smtp.mailbox.ids == [f"<{sent.id}@tingsu>"]


async def test_an_unknown_mailbox_is_refused_for_good_and_a_busy_server_only_for_now(smtp: Smtp) -> None:
    smtp.mailbox.refused.add("gone@bank.example")
    with pytest.raises(Refused):
        await smtp.sender.send(message("gone@bank.example"))
    smtp.mailbox.answer = "451 come again"
    with pytest.raises(NotSent) as busy:
        await smtp.sender.send(message())
    assert not isinstance(busy.value, Refused)
    smtp.mailbox.answer = "554 not wanted"
    with pytest.raises(Refused):
        await smtp.sender.send(message())


async def test_a_line_that_breaks_in_the_middle_says_nothing(smtp: Smtp) -> None:
    smtp.mailbox.dropping = True
    with pytest.raises(Exception) as broken:  # noqa: PT011  whichever: only what it is not counts
        await smtp.sender.send(message())
    assert not isinstance(broken.value, NotSent)


async def test_the_double_masks_the_address(tmp_path: Path) -> None:
    console = Console(tmp_path)
    await console.sender.send(message("13900000001"))
    assert "13900000001" not in console.path.read_text(encoding="utf-8")
