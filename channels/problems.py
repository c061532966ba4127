"""The only place where an exception becomes an HTTP response (RFC 9457); never repeats what was sent."""

import structlog
from sanic import HTTPResponse, Request, json
from sanic.exceptions import SanicException

from casebackend.api.client import BackendUnavailable, Refused

log = structlog.get_logger()
TITLES = {
    400: "请求不完整",
    401: "未通过认证",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的方法",
    408: "请求超时",
    413: "请求过大",
    415: "不支持的类型",
    422: "内容不符合要求",
    429: "请求过于频繁",
    503: "服务暂时不可用",
}


def problem(status: int, slug: str, title: str, detail: str, **extensions: object) -> HTTPResponse:
    body: dict[str, object] = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}
    return json(body | extensions, status=status, content_type="application/problem+json", ensure_ascii=False)


def http(_: Request, error: Exception) -> HTTPResponse:
    status = error.status_code if isinstance(error, SanicException) else 500
    title = TITLES.get(status, "系统错误" if status >= 500 else "请求无法处理")
    return problem(status, "http", title, title)


def unavailable(_: Request, error: Exception) -> HTTPResponse:
    log.warning("backend.unavailable", error=type(error).__name__)
    answer = problem(503, "unavailable", TITLES[503], "请稍后重试")
    answer.headers["Retry-After"] = "5"
    return answer


def refused(_: Request, error: Exception) -> HTTPResponse:
    slug = error.slug if isinstance(error, Refused) else "refused"
    status = error.status if isinstance(error, Refused) and error.status in {409, 422} else 502
    log.error("backend.refused", slug=slug, status=status)
    return problem(status, slug or "refused", "后台未受理", "后台系统没有接受这次请求")


def crashed(request: Request, error: Exception) -> HTTPResponse:
    log.error("request.crashed", route=request.route.name if request.route else None, error=type(error).__name__)
    return problem(500, "internal", "系统错误", "已记录，请稍后重试")


HANDLERS = {SanicException: http, BackendUnavailable: unavailable, Refused: refused, Exception: crashed}
