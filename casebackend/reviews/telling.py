"""The applicant hears of the decision, or of why there is none."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reviews import MoveReview
from casebackend.cases import outcome
from casebackend.cases.model import Case
from casebackend.cases.outcome import NotToldByUs
from casebackend.cases.words import ToldBy
from casebackend.conversations.rules import CARRIED_BY_US
from casebackend.notifications.words import words
from casebackend.reviews.model import Review
from casebackend.reviews.rules import OUTCOMES, REJECTED_FOR, TELLING, Outcome, RejectReason


def by_staff(command: MoveReview) -> bool:
    return command.move in TELLING and command.told_by is not ToldBy.CHANNEL


async def tell(session: AsyncSession, review: Review, case: Case, principal: Principal, now: datetime) -> str:
    """Over the channel of the complaint, where we carry messages. The message is the proof."""
    if case.channel not in CARRIED_BY_US:
        raise NotToldByUs
    if review.outcome is None:
        reason = REJECTED_FOR[RejectReason(review.reject_reason or "")]
        text = words("review_rejected", number=review.number, reason=reason, opinion=review.opinion)
    else:
        text = words(
            "review_decided",
            number=review.number,
            outcome=OUTCOMES[Outcome(review.outcome)],
            process=review.findings_process,
            time=review.findings_time,
            result=review.findings_result,
            opinion=review.opinion,
        )
    return f"message:{await outcome.say(session, case, text, principal, now)}"
