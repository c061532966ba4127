import hmac
import json
from pathlib import Path

import structlog
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import raw

from channels import problems
from channels.ivr import vcon
from channels.ivr.faults import Malformed
from channels.ivr.mapping import transcript

SCHEMA = Path(__file__).with_name("transcript.schema.json")
ACCEPTED = frozenset({"application/vcon", "application/vcon+json", "application/json"})
log = structlog.get_logger()


def blueprint() -> Blueprint:
    routes = Blueprint("ivr", url_prefix="/ivr")
    published = SCHEMA.read_bytes()
    schema = json.loads(published)

    @routes.post("/transcripts")
    async def submit(request: Request) -> HTTPResponse:
        gateway = request.app.ctx.gateway
        if not authorised(request, gateway.settings.ivr_token.get_secret_value()):
            answer = problems.problem(401, "unauthenticated", "未通过认证", "缺少或无效的访问令牌")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if request.content_type.partition(";")[0].strip().lower() not in ACCEPTED:
            return problems.problem(415, "unsupported-type", "不支持的类型", "请使用 application/vcon")
        submitted = transcript(vcon.read(request.body), schema)
        draft = await gateway.backend.submit_transcript(submitted)
        log.info("transcript.submitted", call_id=str(submitted.call_id), count=len(submitted.turns))
        return raw(draft.model_dump_json().encode(), status=202, content_type="application/json")

    @routes.get("/transcript.schema.json")
    async def schema_of_transcripts(_: Request) -> HTTPResponse:
        return raw(published, content_type="application/schema+json")

    routes.exception(Malformed)(malformed)
    return routes


def malformed(_: Request, error: Malformed) -> HTTPResponse:
    errors = [{"path": fault.path, "message": fault.message} for fault in error.faults]
    return problems.problem(422, "invalid-vcon", "通话记录不合格式", "见 errors", errors=errors)


def authorised(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return hmac.compare_digest(given.strip().encode(), token.encode()) and scheme.lower() == "bearer"
