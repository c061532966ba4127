"""The one vocabulary of all channels: the wire types of the case backend, and how a customer's text is made clean."""

import unicodedata
from datetime import datetime

from casebackend.api.conversations import DeliveryView, Inbound, Judged, Media, MessageView, Reply, Turn
from casebackend.conversations.rules import Asked, Author, Channel, Engine, Owner, TurnState

__all__ = [
    "SUPERSEDED",
    "Asked",
    "Author",
    "Channel",
    "DeliveryView",
    "Engine",
    "Inbound",
    "Judged",
    "Media",
    "MessageView",
    "Owner",
    "Reply",
    "Turn",
    "TurnState",
    "clean",
    "inbound",
]

# How the backend says that a turn is no longer ours; any other refusal still leaves a customer without an answer.
SUPERSEDED = frozenset({"old-epoch", "claim-lost", "person-in-charge"})
LONGEST_STORED = 65_536
CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def clean(text: str) -> str:
    """NFC, no control characters but newline and tab, no lone surrogates: safe to store, send and show."""
    whole = text.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", whole.translate(CONTROLS))[:LONGEST_STORED]


def inbound(
    channel: Channel,
    *,
    sender: str,
    external_id: str,
    text: str,
    received_at: datetime,
    media: list[Media] | None = None,
) -> Inbound:
    return Inbound(
        channel=channel,
        sender=sender,
        external_id=external_id,
        text=clean(text),
        media=media or [],
        received_at=received_at,
    )
