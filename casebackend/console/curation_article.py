"""知识维护: one version: the editor with its preview, what is different, its history, and the next step."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.curation import EditArticle, TakeStep
from casebackend.calendar.rules import SHANGHAI, local_date
from casebackend.console import article_files
from casebackend.console.choices import units_to_choose
from casebackend.console.curation import HERE, TONES
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.curation import diffs, keeping, merging, queries, reading, service, steps
from casebackend.curation.model import Article
from casebackend.curation.rules import BRANCHES, OPEN, OPINION_NEEDED, STEP_NAMES, ArticleStatus, Step
from casebackend.curation.steps import Taken
from casebackend.database import reading as reads
from casebackend.database import transactional
from casebackend.errors import Unprocessable
from casebackend.impacts import service as impacts
from knowledge.articles import Audience, Kind

bp = console("curation_article")
LABELS = {
    "title": "标题", "kind": "类型", "branch": "分支", "audience": "对象", "text": "正文", "reply": "答复话术",
    "questions": "常见问法", "clause": "条款", "source": "来源", "evidence": "证据等级", "effective_from": "生效日",
    "effective_to": "失效日", "unit_id": "归口部门", "links": "关联条目", "supersedes": "替代条目",
}  # fmt: skip
WHOLE = frozenset({"类型", "对象", "证据等级", "生效日", "失效日", "归口部门", "替代条目"})
AUDIENCES = {Audience.EXTERNAL: "可对客户", Audience.INTERNAL: "仅内部"}
LINES = ("questions", "links")
WORDS = (
    "kind",
    "branch",
    "title",
    "text",
    "reply",
    "supersedes",
    "clause",
    "source",
    "basis",
    "evidence",
    "audience",
    "unit_id",
)
DECIDED = OPEN | {ArticleStatus.PUBLISHED}
OFFERED = (
    Step.CHECK, Step.APPROVE, Step.PUBLISH, Step.SCHEDULE, Step.VERIFY, Step.DISPUTE, Step.RETURN,
    Step.WITHDRAW, Step.RETIRE,
)  # fmt: skip


class NoSuchDay(Unprocessable):
    slug, title = "article-day", "日期不正确"

    def __init__(self) -> None:
        super().__init__("请按年-月-日填写日期和时间")


@bp.get(f"{HERE}/articles/<article_id:str>/<number:int>")
@reads
async def show(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    row = await queries.version(session, article_id, number)
    view = await reading.view(session, row, me, now=now)
    known = await queries.versions(session, article_id)
    before = _before(row, known)
    kept = await keeping.names(session, [row.unit_id, before.unit_id if before else None])
    return page(
        request,
        "curation_article.html",
        article=view,
        before=before,
        changes=diffs.changed(_texts(before, kept), _texts(row, kept), whole=WHOLE) if before else [],
        versions=known,
        labels=LABELS,
        kinds=list(Kind),
        audiences=AUDIENCES,
        branches=sorted({*BRANCHES, *await queries.branches(session)}) if Step.EDIT in view.may else [],
        units=await units_to_choose(session) if Step.EDIT in view.may else {},
        tones=TONES,
        offered=[(step, STEP_NAMES[step], step in OPINION_NEEDED) for step in OFFERED if step in view.may],
        may_edit=Step.EDIT in view.may,
        may_draft=row.status in (ArticleStatus.PUBLISHED, ArticleStatus.RETIRED) and may(request, HERE, "POST"),
        today=local_date(now).isoformat(),
        affected=await impacts.preview(session, row, me) if row.status in DECIDED else None,
        **await article_files.shown(request, session, row),
    )


def _before(row: Article, known: Any) -> Article | None:
    """What this version is read against: the last one published before it."""
    done = [each for each in known if each.version < row.version]
    published = [each for each in done if each.status == ArticleStatus.PUBLISHED]
    done = published or [each for each in done if each.status == ArticleStatus.RETIRED]
    return done[-1] if done else None


def _texts(row: Article, kept: dict[UUID, str]) -> dict[str, str]:
    texts = {label: _text(name, getattr(row, name)) for name, label in LABELS.items() if name != "unit_id"}
    return texts | {LABELS["unit_id"]: kept.get(row.unit_id, "") if row.unit_id else ""}


def _text(name: str, value: Any) -> str:
    if name in LINES:
        return "\n".join(value)
    if name == "audience":
        return AUDIENCES[Audience(value)]
    return value.isoformat() if isinstance(value, date) else value or ""


@bp.post(f"{HERE}/articles/<article_id:str>/<number:int>")
@transactional
async def edit(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    """Saved, or saved and submitted in one: what is on the screen is what goes on. Refused, nothing is saved, and the
    form still holds it."""
    form, me, now = form_of(request), request.ctx.principal, request.app.ctx.now()
    row = await _held(session, article_id, number, form)
    await steps.require_may(session, row, Step.EDIT, me)
    command = EditArticle.model_validate(_given(form))
    await service.edit(session, row, command.fields(), by=me, now=now)
    if form.get("then") == Step.SUBMIT:
        await steps.take(session, row, Taken(Step.SUBMIT), by=me, now=now)
    return _back(request, row)


@bp.post(f"{HERE}/articles/<article_id:str>/<number:int>/steps")
@transactional
async def step(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    form, now = form_of(request), request.app.ctx.now()
    row = await _held(session, article_id, number, form)
    given = given_in(form, "step", "opinion", "on")
    if form.get("publish_at"):
        given["publish_at"] = _moment(form["publish_at"])
    command = TakeStep.model_validate(given)
    await steps.take(session, row, Taken(**command.model_dump()), by=request.ctx.principal, now=now)
    return _back(request, row)


@bp.post(f"{HERE}/articles/<article_id:str>/<number:int>/merge")
@transactional
async def merge(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    form, me, now = form_of(request), request.ctx.principal, request.app.ctx.now()
    row = await _held(session, article_id, number, form)
    await steps.require_may(session, row, Step.EDIT, me)
    await merging.merge(session, row, form.get("other", ""), by=me, now=now)
    return _back(request, row)


async def _held(session: AsyncSession, article_id: str, number: int, form: dict[str, str]) -> Article:
    row = await queries.hold(session, article_id, number)
    require_version(form.get("version"), row.row_version)
    return row


def _given(form: dict[str, str]) -> dict[str, Any]:
    """A field that was emptied is empty; a day that was emptied is none."""
    given: dict[str, Any] = {name: form[name] or None for name in WORDS if name in form}
    given |= {name: form[name] for name in ("branch", "title", "text", "source") if name in form}
    given |= {name: form[name].splitlines() for name in LINES if name in form}
    return given | {name: form[name] or None for name in ("effective_from", "effective_to") if name in form}


def _moment(text: str) -> datetime:
    """As a form writes it: the time on the wall in Shanghai."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise NoSuchDay from None


def _back(request: Request, row: Article) -> HTTPResponse:
    return go(request, f"{HERE}/articles/{row.id}/{row.version}")
