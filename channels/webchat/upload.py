"""A customer's file on its way through: passed on as it comes, kept nowhere here."""

import time
from urllib.parse import unquote, urlsplit

import structlog
from sanic import HTTPResponse, Request, json

from casebackend.api.client import Refused
from channels import problems
from channels.envelope import Channel
from channels.webchat.session import COOKIE
from channels.wire import pieces

log = structlog.get_logger()
LONGEST_NAME = 600
KINDS = {"image": "image", "audio": "voice", "video": "video"}
# What the backend says about the file itself is for the customer; anything else is ours to look into.
FOR_CUSTOMER = frozenset({413, 422, 409, 503})


async def upload(request: Request) -> HTTPResponse:
    gateway = request.app.ctx.gateway
    session = gateway.sessions.read(request.cookies.get(COOKIE), time.time())
    if session is None:
        return problems.problem(401, "session", "会话已过期", "请刷新页面后重新发送")
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
        return problems.problem(403, "origin", "没有权限", "请从本页面发送文件")
    most = gateway.settings.upload_mb * 1024 * 1024
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or not 0 < int(length) <= most:
        words = f"单个文件不能超过{gateway.settings.upload_mb}MB，且不能为空"
        return problems.problem(413, "too-large", "文件过大", words)
    if seconds := gateway.webchat.pace.wait(session.id):
        answer = problems.problem(429, "slow", "发送过于频繁", "请稍等片刻再发送")
        answer.headers["Retry-After"] = str(int(seconds) + 1)
        return answer
    name = unquote(request.headers.get("x-file-name", ""))[:LONGEST_NAME]
    try:
        kept = await gateway.backend.keep_media(Channel.WEBCHAT, session.id, name, pieces(request), length=int(length))
    except Refused as refusal:
        log.warning("webchat.file_refused", status=refusal.status, slug=refusal.slug)
        status = refusal.status if refusal.status in FOR_CUSTOMER else 502
        detail = str(refusal.problem.get("detail", "")) if refusal.status in FOR_CUSTOMER else "请稍后再试"
        return problems.problem(status, refusal.slug or "refused", "文件没有收下", detail)
    kind = KINDS.get(kept.content_type.partition("/")[0], "file")
    return json({"reference": kept.reference, "kind": kind}, status=201)
