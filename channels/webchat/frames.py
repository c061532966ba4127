"""The frames of /chat/ws, JSON both ways.

From the page:
    {"type": "hello", "after": 0}                 first of all; `after` is the last `seq` the page shows
    {"type": "say", "cid": "…", "text": "…"}      one message; `cid` is the page's own id for it, the same on a resend;
                                                  `media`: what POST /chat/files answered, for files sent with it
    {"type": "sync", "after": 12}                 what is there after 12?

To the page:
    {"type": "messages", "items": [{"seq", "author", "text", "choices", "at"}], "owner", "owner_name", "large", "draft"}
                                                  in order; `owner` bot|queued|person; `draft` null or
                                                  {"done", "total"}; `large`: the customer asked for large type
    {"type": "ack", "cid", "seq", "answering"}    stored; `answering`: an answer is on its way
    {"type": "kept", "cid", "text"}               stored here until the system is back
    {"type": "slow", "cid", "text", "retry_ms"}   not taken: send it again after `retry_ms`
    {"type": "refused", "cid", "text"}            not taken, and will not be: show why
    {"type": "notice", "about", "text"}           said beside the conversation, not part of it

A page sends one message at a time and the next after ack, kept or refused: so order is kept and nothing is lost.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from casebackend.api.conversations import ConversationView
from casebackend.api.drafts import DraftView
from channels.envelope import Media, MessageView

LONGEST_MESSAGE = 4_000


class FromPage(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hello(FromPage):
    type: Literal["hello"]
    after: int = Field(ge=0, lt=2**53)


class Say(FromPage):
    type: Literal["say"]
    cid: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    text: str
    media: list[Media] = Field(default_factory=list, max_length=9)


class Sync(FromPage):
    type: Literal["sync"]
    after: int = Field(ge=0, lt=2**53)


FRAMES: TypeAdapter[Hello | Say | Sync] = TypeAdapter(Annotated[Hello | Say | Sync, Field(discriminator="type")])


def read(raw: str | bytes) -> Hello | Say | Sync | None:
    try:
        return FRAMES.validate_python(json.loads(raw))
    except (ValidationError, ValueError, RecursionError):
        return None


def messages(conversation: ConversationView, draft: DraftView | None) -> str:
    return _frame(
        "messages",
        items=[_item(message) for message in conversation.messages],
        owner=conversation.owner,
        owner_name=conversation.owner_name,
        large=conversation.large,
        draft=progress(draft),
    )


def progress(draft: DraftView | None) -> dict[str, int] | None:
    if draft is None or draft.state != "open":
        return None
    return {"done": draft.done, "total": draft.total}


def last_seq(items: Iterable[MessageView], before: int) -> int:
    return max((item.seq for item in items), default=before)


def ack(cid: str, seq: int, *, answering: bool) -> str:
    return _frame("ack", cid=cid, seq=seq, answering=answering)


def kept(cid: str, text: str) -> str:
    return _frame("kept", cid=cid, text=text)


def slow(cid: str, text: str, seconds: float) -> str:
    return _frame("slow", cid=cid, text=text, retry_ms=int(seconds * 1000) + 100)


def refused(cid: str, text: str) -> str:
    return _frame("refused", cid=cid, text=text)


def notice(about: str, text: str) -> str:
    return _frame("notice", about=about, text=text)


def _item(message: MessageView) -> dict[str, object]:
    return message.model_dump(mode="json", include={"seq", "author", "text", "choices", "at"})


def _frame(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields}, ensure_ascii=False)
