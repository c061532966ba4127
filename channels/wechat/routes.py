import time
from datetime import UTC, datetime

import structlog
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import text

from channels import problems
from channels.delivery import Deliverer, Outcome
from channels.wechat import xml
from channels.wechat.desk import Answer, WechatDesk, loop_time
from channels.wechat.events import CameIn, NotUnderstood, Said, understand
from channels.wechat.signature import Forged, verify

LONGEST_CALLBACK = 65_536
log = structlog.get_logger()


class WechatCallback:
    def __init__(
        self, desk: WechatDesk, deliverer: Deliverer, *, token: str, account: str, menu: dict[str, str]
    ) -> None:
        self.desk = desk
        self.deliverer = deliverer
        self.menu = menu
        self._token = token
        self._account = account

    def verify(self, request: Request) -> None:
        """The plain mode signs no body. A captured request that comes again is the message we have (MsgId)."""
        signature, timestamp, nonce = (request.args.get(name, "") for name in ("signature", "timestamp", "nonce"))
        verify(self._token, signature=signature, timestamp=timestamp, nonce=nonce, now=time.time())

    def fields(self, body: bytes) -> dict[str, str]:
        """安全模式: decrypt `Encrypt` here, before anything is read."""
        fields = xml.parse(body)
        if fields.get("ToUserName") != self._account:
            raise Forged("account")
        return fields


def blueprint() -> Blueprint:
    routes = Blueprint("wechat", url_prefix="/wechat")
    routes.add_route(prove, "/callback", methods=["GET"])
    routes.add_route(callback, "/callback", methods=["POST"])
    routes.exception(Forged)(forged)
    routes.exception(xml.NotXml, NotUnderstood)(not_understood)
    return routes


async def prove(request: Request) -> HTTPResponse:
    request.app.ctx.gateway.wechat.verify(request)
    return text(request.args.get("echostr", "")[:512])


async def callback(request: Request) -> HTTPResponse | None:
    since = loop_time()
    wechat: WechatCallback = request.app.ctx.gateway.wechat
    if len(request.body) > LONGEST_CALLBACK:
        return problems.problem(413, "too-large", "请求过大", f"请求体不得超过 {LONGEST_CALLBACK} 字节")
    wechat.verify(request)
    fields = wechat.fields(request.body)
    match understand(fields, wechat.menu, received_at=datetime.now(UTC)):
        case Said(_, message):
            answer = await wechat.desk.hear(message, since=since)
        case CameIn(openid):
            answer = await wechat.desk.greet(openid)
        case _:
            answer = Answer()
    return await _say(request, fields, answer)


async def _say(request: Request, fields: dict[str, str], answer: Answer) -> HTTPResponse | None:
    if answer.text is None:
        return text("success")
    body = xml.text_answer(
        to=fields["FromUserName"], sender=fields["ToUserName"], at=int(time.time()), text=answer.text
    )
    if answer.delivery is None:
        return text(body, content_type="application/xml; charset=utf-8")
    outcome = Outcome("maybe_sent", "passive")
    try:
        response = await request.respond(content_type="application/xml; charset=utf-8")
        await response.send(body)
        await response.eof()
        outcome = Outcome("sent")
    finally:
        deliverer: Deliverer = request.app.ctx.gateway.deliverer
        deliverer.report_soon(answer.delivery, outcome)
    return None


def forged(_: Request, error: Forged) -> HTTPResponse:
    log.warning("wechat.refused", error=str(error))
    return problems.problem(403, "forbidden", "没有权限", "签名无效或已过期")


def not_understood(_: Request, error: Exception) -> HTTPResponse:
    log.warning("wechat.not_understood", error=str(error))
    return problems.problem(400, "bad-request", "请求不完整", "不是有效的微信消息")
