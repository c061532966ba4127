"""Whatever became of the entries: the cards of colleagues, scripts taken out of 常用语, answers of the bot."""

from sqlalchemy import ColumnElement, and_, cast, func, literal, null, or_, select, union_all

from casebackend.assist.edits import WHOLE
from casebackend.assist.model import ReplyUse, SuggestionUse
from casebackend.assist.rules import OF_THE_BANK, Origin

# As they stand on a suggestion; of a script only these are known.
NAMES = (
    "id", "article_id", "version", "conversation_id", "case_id", "user_id", "origin", "rank", "shown_at", "answered_at",
    "opened_at", "copied_at", "inserted_at", "sent_at", "kept", "edits", "refused_at", "refused_reason", "flagged_at",
    "flagged_reason",
)  # fmt: skip
OF_A_SCRIPT = {
    "article_id": ReplyUse.reply_id, "origin": literal(Origin.CANNED.value), "rank": literal(0),
    "shown_at": ReplyUse.inserted_at,
} | {
    name: getattr(ReplyUse, name)
    for name in ("id", "version", "conversation_id", "case_id", "user_id", "inserted_at", "sent_at", "kept", "edits")
}  # fmt: skip


def _unknown(name: str) -> ColumnElement[object]:
    return cast(null(), getattr(SuggestionUse, name).type)


EVERY = union_all(
    select(*(getattr(SuggestionUse, name).label(name) for name in NAMES)),
    select(*(OF_A_SCRIPT.get(name, _unknown(name)).label(name) for name in NAMES)).where(ReplyUse.reach == OF_THE_BANK),
).subquery("entry_uses")
Use = EVERY.c

A_CARD = Use.origin.not_in((Origin.BOT, Origin.CANNED))
# A text of which all but one digit was kept is no longer what the entry says.
AS_IT_WAS = func.coalesce(Use.edits, "") == ""
UNCHANGED = and_(Use.sent_at.is_not(None), Use.kept >= WHOLE, AS_IT_WAS)
EDITED = and_(Use.sent_at.is_not(None), or_(Use.kept < WHOLE, ~AS_IT_WAS))
USEFUL = or_(Use.sent_at.is_not(None), Use.copied_at.is_not(None))
JUDGED = or_(USEFUL, Use.refused_at.is_not(None), Use.flagged_at.is_not(None))
# A customer had it, or may have.
REACHED_A_CUSTOMER = or_(USEFUL, Use.answered_at.is_not(None))
