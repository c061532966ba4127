"""What channels and actions exchange with the case backend about conversations."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, field_validator

from casebackend.api.base import Command as Command
from casebackend.api.base import View as View
from casebackend.api.values import without_controls
from casebackend.conversations.rules import Asked, Author, Channel, DeliveryState, Engine, Owner, TurnState


class Media(Command):
    kind: Literal["image", "voice", "video", "location", "link", "file"]
    reference: str = Field(max_length=512)
    note: str | None = Field(default=None, max_length=512)

    _words = field_validator("note", mode="before")(without_controls)


class Inbound(Command):
    """One message of a customer, as a verified channel hands it in."""

    channel: Channel
    sender: str = Field(min_length=1, max_length=128)
    external_id: str = Field(min_length=1, max_length=160)
    text: str = Field(max_length=65_536)
    media: list[Media] = Field(default_factory=list, max_length=9)
    received_at: AwareDatetime

    _words = field_validator("text", mode="before")(without_controls)


class Reply(Command):
    """One bubble of the bot. `text` may hold tokens; the backend renders masked values when it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str = Field(min_length=1, max_length=4_000)
    choices: list[str] = Field(default_factory=list, max_length=12)
    asks: Asked | None = None

    _words = field_validator("text", mode="before")(without_controls)


class MessageView(View):
    id: UUID
    conversation_id: UUID
    seq: int
    author: Author
    text: str
    choices: list[str]
    at: datetime


class InboundReceipt(View):
    """`duplicate`: (channel, external_id) was stored before.

    `replies` is then what went back on the callback itself; empty when the answer has another way, or there is none.
    """

    message_id: UUID
    conversation_id: UUID
    seq: int
    duplicate: bool
    state: TurnState
    owner: Owner
    secret_dropped: bool
    replies: list[MessageView]


class OpenConversation(Command):
    channel: Channel
    sender: str = Field(min_length=1, max_length=128)


class ConversationView(View):
    """`messages` starts after the asked cursor; `owner_name` is the display name of the person in charge.

    `shown`: what this opening hands to the channel to show, and what nobody else will carry.
    `large`: the customer wants large type and short sentences.
    """

    id: UUID
    channel: Channel
    owner: Owner
    owner_name: str | None
    large: bool = False
    messages: list[MessageView]
    shown: list[MessageView] = Field(default_factory=list)


class ClaimTurn(Command):
    worker: str = Field(min_length=1, max_length=80)
    wait_seconds: float = Field(default=0, ge=0, le=20)


class Turn(View):
    """Work for the turn runner. `text` is tokenised and has a leading slash escaped; `asked` is the open question.
    `large`: the customer asked for large type, and so for short words."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    channel: Channel
    text: str
    asked: Asked | None
    large: bool = False
    epoch: int
    attempt: int
    lease_until: datetime


class TakeOverTurn(Command):
    """The questionnaire takes over a turn: late replies of the earlier epoch are dropped."""

    worker: str = Field(min_length=1, max_length=80)
    epoch: int


class Judged(Command):
    """What the bot took a message for, how sure it was of it (0..1), and the first thing that it did."""

    purpose: str | None = Field(default=None, max_length=32)
    confidence: float | None = Field(default=None, ge=0, le=1)
    decision: str | None = Field(default=None, max_length=64)


class TurnDone(Command):
    """`passive`: a caller is waiting to carry the answer back, so no active delivery may be started for it.

    `judged`: by the engine; None where it cannot say."""

    worker: str = Field(min_length=1, max_length=80)
    epoch: int
    engine: Engine
    replies: list[Reply] = Field(min_length=1, max_length=10)
    passive: bool = False
    judged: Judged | None = None


class TurnFailed(Command):
    worker: str = Field(min_length=1, max_length=80)
    epoch: int
    reason: str = Field(max_length=80)


class DeliveryView(View):
    """Messages to carry to one receiver, in order. `passive`: on the callback that waits for it, and no other way."""

    id: UUID
    conversation_id: UUID
    channel: Channel
    receiver: str
    messages: list[MessageView]
    state: DeliveryState
    passive: bool


class TurnResult(View):
    delivery: DeliveryView


class ClaimDelivery(Command):
    worker: str = Field(min_length=1, max_length=80)
    channels: list[Channel] = Field(min_length=1)
    wait_seconds: float = Field(default=0, ge=0, le=20)


class DeliveryDone(Command):
    """`handed_back`: the caller who was to carry a passive one has gone; nothing was sent, anybody may send it now."""

    worker: str = Field(min_length=1, max_length=80)
    outcome: Literal["sent", "failed", "held", "maybe_sent", "handed_back"]
    error: str | None = Field(default=None, max_length=80)


class ForMessage(Command):
    """A request made on behalf of one stored message: its text is read in the backend, never sent around."""

    message_id: UUID


class HandoffRequest(Command):
    message_id: UUID | None = None
    reason: Literal["asked", "not_understood", "identity", "danger", "privacy", "failed"] = "asked"


class HandoffView(View):
    """`promise`: when a person will answer, in words; shown when nobody is on duty. `wait`: how long the others waited
    lately, as a part of a sentence; empty where that is not known. `ask` is the question when a call suits, `times`
    what may be chosen; empty where it is not asked."""

    queue_position: int
    on_duty: bool
    promise: str
    wait: str = ""
    ask: str = ""
    times: list[str] = Field(default_factory=list)


class CallbackOutcome(View):
    """What became of the answer to when a call suits. `kept`: noted, `when` is the time; `default`: as was promised,
    `when` is until when; `outside`: nobody calls then, `unclear`: not understood, and `times` are offered; `other`: no
    answer to that."""

    outcome: Literal["kept", "default", "outside", "unclear", "other"]
    when: str = ""
    times: list[str] = Field(default_factory=list)


class Waiting(View):
    """A conversation that waits for a person. `first`: it stands before the others for its reason. `callback_by`: until
    when a person was promised, where nobody was there. `wanted_from`, `wanted_until`: when the customer said that
    a call suits."""

    conversation_id: UUID
    channel: Channel
    reason: str | None
    reason_label: str | None = None
    first: bool = False
    callback_by: datetime | None = None
    wanted_from: datetime | None = None
    wanted_until: datetime | None = None
    queued_at: datetime | None


class WaitingPage(View):
    """`next` is the cursor of the following page."""

    items: list[Waiting]
    next: str | None


class Heartbeat(Command):
    program: Literal["channels", "actions", "worker", "bot"]
    instance: str = Field(max_length=80)
    ready: bool
    why: str | None = Field(default=None, max_length=200)


class Answer(View):
    """A published, external entry that answers a customer's question; absent when there is none good enough."""

    title: str
    text: str
    source: str
