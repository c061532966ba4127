"""What follows from what: every topic of the outbox that somebody waits for, and who carries words to colleagues."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assignments import jobs as assignments
from casebackend.assist import calling as entry_calling
from casebackend.candidates import jobs as candidates
from casebackend.cases import arriving, calling, enclosing_jobs, letting_go, recused_calling, stepping, task_jobs
from casebackend.cases import jobs as cases
from casebackend.escalations import jobs as escalations
from casebackend.escalations.strikes import on_strikes, still_running
from casebackend.exports import calling as exports
from casebackend.extensions import arriving as extension_arriving
from casebackend.extensions import calling as extension_calls
from casebackend.extensions import jobs as extensions
from casebackend.extensions import untold
from casebackend.families import jobs as families
from casebackend.gaps import hearing as gap_hearing
from casebackend.impacts import service as impacts
from casebackend.notices.doubles import ConsoleSender
from casebackend.notices.ports import Sender
from casebackend.notices.rules import Channel
from casebackend.notices.smtp import SmtpSender
from casebackend.outbox.jobs import Subscriber, Together
from casebackend.people import restructuring, watching
from casebackend.registration import jobs as registration
from casebackend.replies import answering
from casebackend.reviews import jobs as reviews
from casebackend.revisits import calling as survey_calls
from casebackend.revisits import jobs as revisits
from casebackend.settings import Settings
from casebackend.shifts import jobs as shifts
from casebackend.supervision import jobs as supervision
from casebackend.tellings import arriving as telling_arriving
from casebackend.tellings import jobs as tellings

STRIKES = Together(on_strikes)


def subscriptions(survey_delay: timedelta) -> dict[str, Sequence[Subscriber]]:
    """Every topic of the outbox that somebody waits for. A topic without a row is done when it is read."""
    return {
        "case.filed": (cases.on_filed, families.on_filed, enclosing_jobs.on_filed, stepping.on_filed),
        "case.moved": (
            escalations.on_moved,
            assignments.on_moved,
            extensions.on_moved,
            reviews.on_moved,
            calling.on_moved,
            candidates.on_moved,
            survey_calls.on_moved,
            tellings.on_moved,
            letting_go.on_moved,
            stepping.on_moved,
        ),
        "case.related_anew": (families.on_related_anew,),
        "case.matter_changed": (tellings.on_moved,),
        "telling.owed": (tellings.on_owed,),
        "case.recused": (recused_calling.on_recused,),
        "recusal.spread": (letting_go.on_spread,),
        "revisit.call": (survey_calls.on_call,),
        "candidate.due": (candidates.on_due,),
        "case.withdrawn": (extensions.on_moved, reviews.on_moved, escalations.on_withdrawn, tellings.on_moved),
        "attachment.kept": (enclosing_jobs.on_kept,),
        "attachment.infected": (enclosing_jobs.on_infected,),
        "extension.untold": (extensions.on_untold,),
        "case.major": (registration.on_major,),
        "case.awaits": (calling.on_awaits,),
        "case.void_asked": (calling.on_void_asked,),
        "extension.asked": (extension_calls.on_asked,),
        "material.asked": (extension_calls.on_material,),
        "review.applied": (reviews.on_applied,),
        "case.praised": (registration.on_praised,),
        "case.assigned": (assignments.on_assigned,),
        "organisation.changed": (restructuring.on_changed,),
        "user.left": (shifts.on_left, calling.on_left),
        "unit.fewer": (calling.on_fewer,),
        "post.filled": (
            calling.on_filled,
            extension_calls.on_filled,
            supervision.on_filled,
            reviews.on_filled,
            exports.on_filled,
            entry_calling.on_filled,
        ),
        "export.asked": (exports.on_asked,),
        "export.changed": (exports.on_changed,),
        "login.locked": (watching.on_locked,),
        "task.asked": (task_jobs.on_asked,),
        "task.answered": (task_jobs.on_answered,),
        "case.unread": (escalations.on_unread,),
        "case.urged": (escalations.on_urged,),
        "case.supplemented": (escalations.on_supplemented,),
        "case.replied": (
            partial(revisits.on_replied, delay=survey_delay),
            extensions.on_moved,
            answering.on_replied,
            tellings.on_moved,
        ),
        "clock.near_due": (STRIKES,),
        "clock.overdue": (STRIKES,),
        "clock.escalated": (STRIKES,),
        "case.told": (partial(revisits.on_told, delay=survey_delay),),
        "delivery.lost": (arriving.on_lost, extension_arriving.on_lost, telling_arriving.on_lost),
        "delivery.arrived": (arriving.on_arrived, extension_arriving.on_arrived, telling_arriving.on_arrived),
        "notice.untold": (untold.on_untold,),
        "conversation.agent_spoke": (cases.on_agent_spoke,),
        "clock.moved": (cases.on_clock_moved,),
        "article.stepped": (entry_calling.on_stepped, gap_hearing.on_stepped),
        "change_request.filed": (entry_calling.on_requested,),
        "change_request.decided": (entry_calling.on_decided,),
        "knowledge.published": (impacts.on_published,),
        "knowledge.took_over": (impacts.on_took_over,),
        "knowledge.retired": (impacts.on_retired,),
        "supervision.opened": (supervision.on_opened,),
        "supervision.returned": (supervision.on_returned,),
        "supervision.unread": (supervision.on_unread,),
        "supervision.replied": (supervision.on_replied,),
        "supervision.handed_over": (supervision.on_handed_over,),
    }


async def still_wanted(session: AsyncSession, about: Collection[str]) -> set[str]:
    """Asked before mail or SMS leaves: what it is about has not ended meanwhile."""
    return await still_running(session, about) & await entry_calling.still_waiting(session, about)


def carriers(settings: Settings) -> dict[Channel, Sender]:
    """Mail goes over the bank's server once it is named; SMS gateway and OA are other companies', so here doubles."""
    logs = settings.var_dir / "log"
    mail: Sender = SmtpSender(settings) if settings.smtp_host else ConsoleSender(Channel.MAIL, logs / "mail.jsonl")
    doubles = {each: ConsoleSender(each, logs / f"{each}.jsonl") for each in (Channel.SMS, Channel.OA)}
    return {Channel.MAIL: mail, **doubles}
