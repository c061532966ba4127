"""Showing who one is, in a conversation."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from casebackend.api.conversations import ForMessage, View


class BeginIdentity(ForMessage):
    """`message_id` asked for `action`, which needs more than the channel knows."""

    action: Literal["progress", "urge", "withdraw"]


class IdentityStep(View):
    """What to say next. `phone` and `code` are questions; `done`: carry out `action` of `message_id`, now or because
    the level was there already. `left`: answers that may still be wrong. `until` (UTC): when it goes on after `locked`
    or `too_many`. `understood` is false when the message was no answer. `minutes`: so long a code is good."""

    next: Literal["phone", "code", "wrong", "expired", "locked", "too_many", "done", "stopped", "nothing"]
    understood: bool = True
    left: int | None = None
    until: datetime | None = None
    minutes: int | None = None
    action: Literal["progress", "urge", "withdraw"] | None = None
    message_id: UUID | None = None
