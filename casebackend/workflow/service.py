from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.limits import UseProfile
from casebackend.audit import service as audit
from casebackend.editions import changed
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.organisations import queries as organisations
from casebackend.workflow import duties, queries
from casebackend.workflow.model import ProfileUse, WorkflowStep

SEED = Path(__file__).with_name("chain.yml")


class UnknownProfile(Unprocessable):
    slug, title = "unknown-profile", "没有这套内部时限"

    def __init__(self) -> None:
        super().__init__("请从已有的内部时限中选择一套")


class UseKnown(Conflict):
    slug, title = "use-known", "该机构已有同日生效的设置"

    def __init__(self) -> None:
        super().__init__("同一机构、同一生效日只能有一条，请换一个生效日")


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    return loaded


def profile_names() -> dict[str, str]:
    return dict(_data()["profiles"])


def duty_names() -> dict[str, str]:
    return dict(_data()["duties"])


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Nobody edits a step but in this file: a row that stands already follows it."""
    rows = await session.scalars(select(WorkflowStep))
    known = {(row.profile, row.chain, row.effective_from, row.code): row for row in rows}
    for chain in _data()["chains"]:
        common = {"profile": chain["profile"], "chain": chain["chain"], "effective_from": chain["effective_from"]}
        for seq, step in enumerate(chain["steps"], 1):
            row = known.get((*common.values(), step["code"]))
            if row is None:
                session.add(WorkflowStep(seq=seq, **common, **{"clock": f"internal.{step['code']}"} | step))
                continue
            for name, value in ({"takes": [], "duty": None} | step).items():
                setattr(row, name, value)
    if await session.scalar(select(ProfileUse.id).limit(1)) is None:
        for use in _data()["uses"]:
            unit = await organisations.by_code(session, use["unit"])
            if unit is not None:
                given = {name: value for name, value in use.items() if name != "unit"}
                session.add(ProfileUse(unit_id=unit.id, **given))
    await duties.seed(session, _data()["holders"])
    await session.flush()
    await changed(session, queries.EDITION)


class UnitUnknown(NotFound):
    slug = "unit-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个机构")


async def use_profile(session: AsyncSession, command: UseProfile, *, by: Principal, now: datetime) -> ProfileUse:
    """From that day on, for new cases of this unit and those under it. Running cases stay as they are."""
    if command.profile not in profile_names():
        raise UnknownProfile
    if command.unit_id not in (await organisations.tree(session)).units:
        raise UnitUnknown
    same = select(ProfileUse.id).where(
        ProfileUse.unit_id == command.unit_id, ProfileUse.effective_from == command.effective_from
    )
    if await session.scalar(same) is not None:
        raise UseKnown
    use = ProfileUse(**command.model_dump(), evidence="D")
    session.add(use)
    await session.flush()
    await changed(session, queries.EDITION)
    detail: dict[str, object] = {"profile": use.profile, "effective_from": use.effective_from.isoformat()}
    await audit.record(
        session, chain="settings", event="profile.used", actor=by.actor, object=str(use.unit_id), now=now, detail=detail
    )
    return use
