"""From values to HTML. Autoescape is on for everything; no template marks anything as safe."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError
from sanic import Blueprint, HTTPResponse, Request, html
from sanic.exceptions import SanicException
from sanic.response import redirect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from casebackend.access.guard import csrf_of
from casebackend.access.principal import ANONYMOUS
from casebackend.console.menu import menu_of
from casebackend.errors import DomainError, Unavailable
from casebackend.staff.rules import CASE_ROLES

HOME = Path(__file__).parent
SHANGHAI = ZoneInfo("Asia/Shanghai")
log = structlog.get_logger()


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HOME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"moment": moment, "day": day, "due": due, "local_input": local_input, "minute": minute}
    return made


def moment(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if at else "—"


def minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def due(at: datetime) -> str:
    """A day of law ends at 24:00, which is not 00:00 of the next one to a reader."""
    local = at.astimezone(SHANGHAI)
    if local.time() == time():
        return (local - timedelta(minutes=1)).strftime("%m-%d 24:00")
    return local.strftime("%m-%d %H:%M")


def day(on: date | datetime | None) -> str:
    if isinstance(on, datetime):
        on = on.astimezone(SHANGHAI).date()
    return on.isoformat() if on else "—"


def local_input(at: datetime) -> str:
    """The value of a datetime-local input."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def is_partial(request: Request) -> bool:
    return "hx-request" in request.headers


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTTPResponse:
    shown = request.app.ctx.templates.get_template(template).render(
        principal=request.ctx.principal,
        at_desk=bool(request.ctx.principal.roles & CASE_ROLES),
        csrf=csrf_of(request),
        path=request.path,
        shown_at=request.app.ctx.now(),
        menu=lambda: menu_of(request),
        bank=request.app.ctx.settings.bank_name,
        **values,
    )
    return html(shown, status=status)


def go(request: Request, where: str) -> HTTPResponse:
    """After a form: the next page, for htmx as well as for a plain form."""
    if is_partial(request):
        return HTTPResponse(status=204, headers={"HX-Redirect": where})
    return redirect(where, status=303)


def console(name: str) -> Blueprint:
    """A room of the console: its refusals are pages, or one line within the form that was sent."""
    bp = Blueprint(f"console_{name}")
    bp.exception(DomainError)(_refused)
    bp.exception(ValidationError)(_malformed)
    bp.exception(StaleDataError)(conflict)
    bp.exception(SanicException)(_http)
    bp.exception(OperationalError, PoolTimeout)(_away)
    bp.exception(Exception)(_crashed)
    return bp


def form_of(request: Request) -> dict[str, str]:
    """The fields of a sent form; of a repeated one, the first."""
    return {name: str(values[0]) for name, values in (request.form or {}).items() if values}


def given_in(form: Mapping[str, str], *names: str) -> dict[str, Any]:
    """What was filled in, of these fields."""
    return {name: form[name].strip() for name in names if form.get(name, "").strip()}


def _refused(request: Request, error: DomainError) -> HTTPResponse:
    answer = _said(request, error.status, error.title, error.detail)
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _malformed(request: Request, _: ValidationError) -> HTTPResponse:
    return _said(request, 422, "内容不完整", "请检查填写的内容：有必填项未填，或格式、长度不符合要求。")


def _http(request: Request, error: SanicException) -> HTTPResponse:
    return _said(request, error.status_code, "请求未完成", "请检查地址，或返回上一页重试。")


def _away(request: Request, error: Exception) -> HTTPResponse:
    log.error("database.unavailable", route=str(request.route and request.route.path), error=type(error).__name__)
    return _said(request, 503, "服务暂时不可用", "请稍后重试；您填写的内容没有保存。")


def _crashed(request: Request, error: Exception) -> HTTPResponse:
    log.error("request.crashed", route=str(request.route and request.route.path), error=type(error).__name__)
    return _said(request, 500, "系统错误", "已记录，请稍后重试。")


def conflict(request: Request, _: StaleDataError | None = None) -> HTTPResponse:
    return _said(request, 409, "内容已被他人修改", "您打开本页之后有人改动了它。请刷新页面，核对后再操作。")


def _said(request: Request, status: int, title: str, detail: str) -> HTTPResponse:
    if not hasattr(request.ctx, "principal"):  # cut off before anybody asked who it was: too slow, or not HTTP
        request.ctx.principal, request.ctx.login_secret = ANONYMOUS, None
    template = "_alert.html" if is_partial(request) else "error.html"
    known = {item.value for item in HTTPStatus}
    shown = page(request, template, status=status if status in known else 500, title=title, detail=detail, code=status)
    if "x-background" in request.headers:
        shown.headers["HX-Reswap"] = "none"
    return shown
