"""What a new installation starts with: organisation, calendar, limits, dictionaries, knowledge, and demo logins."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar import service as calendar
from casebackend.clocks import limits
from casebackend.conversations import danger_rules
from casebackend.curation import service as curation
from casebackend.dictionaries import service as dictionaries
from casebackend.grading import service as grading
from casebackend.notices import thresholds
from casebackend.organisations import service as organisations
from casebackend.policies import service as policies
from casebackend.retention import service as retention
from casebackend.staff import demo as staff
from casebackend.workflow import service as workflow


async def seed(session: AsyncSession, *, now: datetime, passwords: Mapping[str, str]) -> None:
    """Idempotent. `passwords` by login; hashed at once, never stored."""
    await organisations.seed(session)
    await calendar.seed(session, now=now)
    await limits.seed(session, now=now)
    await workflow.seed(session, now=now)
    await thresholds.seed(session, now=now)
    await policies.seed(session, now=now)
    await dictionaries.seed(session, now=now)
    await danger_rules.seed(session, now=now)
    await grading.seed(session, now=now)
    await retention.seed(session)
    await curation.seed(session, now=now)
    await staff.seed_demo(session, passwords, now=now)
