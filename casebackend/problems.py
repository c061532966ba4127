"""The only place where an exception becomes an HTTP response (RFC 9457)."""

from typing import Any

import structlog
from pydantic import ValidationError
from sanic import HTTPResponse, Request, Sanic, json
from sanic.exceptions import SanicException
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from casebackend.errors import DomainError, Unavailable

log = structlog.get_logger()

TITLES = {400: "请求不正确", 401: "请先登录", 403: "没有权限", 404: "没有找到", 405: "不支持该操作", 413: "内容过大"}


def problem(status: int, slug: str, title: str, detail: str, **extensions: object) -> HTTPResponse:
    body = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}
    return json(body | extensions, status=status, content_type="application/problem+json")


def _route(request: Request) -> str | None:
    return str(request.route.path) if request.route else None


def register(app: Sanic[Any, Any]) -> None:
    @app.exception(DomainError)
    def refused(_: Request, error: DomainError) -> HTTPResponse:
        response = problem(error.status, error.slug, error.title, error.detail, **error.extensions)
        if error.status == 503:
            response.headers["Retry-After"] = str(error.retry_after if isinstance(error, Unavailable) else 60)
        return response

    @app.exception(ValidationError)
    def malformed(_: Request, error: ValidationError) -> HTTPResponse:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        errors = [{"path": "/".join(str(part) for part in item["loc"]), "rule": item["type"]} for item in found]
        return problem(422, "invalid-request", "请求内容不合法", "请按 errors 中的位置改正后重试", errors=errors)

    @app.exception(StaleDataError)
    def stale(_: Request, __: StaleDataError) -> HTTPResponse:
        return problem(409, "stale", "内容已被他人修改", "请刷新后重试")

    @app.exception(DataError)
    def unstorable(request: Request, _: DataError) -> HTTPResponse:
        log.warning("value.unstorable", route=_route(request))
        return problem(422, "invalid-request", "请求内容不合法", "有一个值超出了可以保存的范围")

    @app.exception(OperationalError, PoolTimeout, TimeoutError)
    def away(request: Request, error: Exception) -> HTTPResponse:
        log.error(
            "database.unavailable", route=request.route.path if request.route else None, error=type(error).__name__
        )
        response = problem(503, "unavailable", "服务暂时不可用", "请稍后重试")
        response.headers["Retry-After"] = "2"
        return response

    @app.exception(SanicException)
    def http(_: Request, error: SanicException) -> HTTPResponse:
        return problem(error.status_code, "http", TITLES.get(error.status_code, "请求未完成"), "请检查地址和方法")

    @app.exception(Exception)
    def crashed(request: Request, error: Exception) -> HTTPResponse:
        log.error("request.crashed", route=_route(request), error=type(error).__name__)
        return problem(500, "internal", "系统错误", "已记录，请稍后重试")


def catalogue() -> str:
    """docs/problems.md: every refusal by name, once all rooms are imported."""
    found: dict[str, tuple[int, str]] = {}
    kinds: list[type[DomainError]] = [DomainError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
        if kind is not DomainError:
            found[kind.slug] = (kind.status, kind.title)
    rows = "".join(f"| `/problems/{slug}` | {status} | {title} |\n" for slug, (status, title) in sorted(found.items()))
    head = "# Problems\n\nGenerated: `python -m casebackend problems`.\n\n| type | status | title |\n|---|---|---|\n"
    return head + rows
