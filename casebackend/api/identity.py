"""Showing who one is, in a conversation."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from casebackend.api.conversations import ForMessage, View

type IdentityAction = Literal[
    "progress", "urge", "withdraw", "proxy_withdraw", "supplement", "join", "pickup", "second", "details",
    "contact_change",
]  # fmt: skip


class BeginIdentity(ForMessage):
    """`message_id` asked for `action`, which needs more than the channel knows. `here`: with what was registered in
    this chat, so the code goes to the phone on file without asking for its number."""

    action: IdentityAction
    here: bool = False


class IdentityStep(View):
    """What to say next. `phone` and `code` are questions; `done`: carry out `action` of `message_id`, now or because
    the level was there already. `left`: answers that may still be wrong. `until` (UTC): when it goes on after `locked`
    or `too_many`. `understood` is false when the message was no answer. `minutes`: so long a code is good.

    `needs`: the level that `action` takes, told at the beginning. `sent_to`: the phone on file, masked, to which the
    code goes unasked; `no_phone`: there is none, so only a person can help.

    For level 2 `paper` is a question, too (`named`: the name is on file, so the paper's number is enough); `check`: the
    message holds the answer, ask core banking (`/identity/confirm`), which says `done`, `paper_wrong`, `paper_locked`
    or `unavailable`."""

    next: Literal[
        "phone", "code", "wrong", "expired", "locked", "too_many", "done", "stopped", "nothing", "no_phone",
        "paper", "check", "paper_wrong", "paper_locked", "unavailable",
    ]  # fmt: skip
    understood: bool = True
    left: int | None = None
    until: datetime | None = None
    minutes: int | None = None
    named: bool = False
    needs: int | None = None
    sent_to: str | None = None
    action: IdentityAction | None = None
    message_id: UUID | None = None
