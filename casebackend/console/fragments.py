"""A section of a case: a fragment within its page, or a page of its own where no script runs."""

from typing import Any

from sanic import HTTPResponse, Request

from casebackend.console.rendering import is_partial, page
from casebackend.errors import BadRequest, Conflict


class ShownStale(Conflict):
    slug, title = "shown-stale", "内容已被他人修改"

    def __init__(self) -> None:
        super().__init__("您打开本页之后有人改动了它，请刷新页面，核对后再操作")


def require_version(shown: str | None, current: int) -> None:
    """The form says which version was on the screen."""
    if shown is None or not (shown.isascii() and shown.isdigit()):
        raise BadRequest("表单不完整，请刷新页面后重试")
    if int(shown[:12]) != current:
        raise ShownStale


def section(request: Request, template: str, *, number: str, heading: str, **values: Any) -> HTTPResponse:
    shell = template if is_partial(request) else "section.html"
    return page(request, shell, section=template, number=number, heading=heading, **values)
