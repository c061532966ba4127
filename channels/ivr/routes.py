import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import structlog
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import raw

from channels import problems
from channels.ivr import vcon
from channels.ivr.faults import Malformed
from channels.ivr.mapping import inline_recordings, transcript
from channels.wire import pieces

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
            return unauthenticated()
        if request.content_type.partition(";")[0].strip().lower() not in ACCEPTED:
            return problems.problem(415, "unsupported-type", "不支持的类型", "请使用 application/vcon")
        document = vcon.read(request.body)
        submitted = transcript(document, schema)
        draft = await gateway.backend.submit_transcript(submitted)
        for sound in inline_recordings(document):
            await gateway.backend.keep_recording(
                submitted.call_id, once(sound.content), length=len(sound.content), duration_ms=sound.duration_ms
            )
        log.info("transcript.submitted", call_id=str(submitted.call_id), count=len(submitted.turns))
        return raw(draft.model_dump_json().encode(), status=202, content_type="application/json")

    @routes.post("/calls/<call_id:uuid>/recording", stream=True)
    async def record(request: Request, call_id: UUID) -> HTTPResponse:
        """The call as it was recorded, whole; before or after its transcript, as often as it takes."""
        gateway = request.app.ctx.gateway
        if not authorised(request, gateway.settings.ivr_token.get_secret_value()):
            return unauthenticated()
        length, lasts = request.headers.get("content-length", ""), request.args.get("duration_ms", "")
        if not length.isdecimal() or not 0 < int(length) <= gateway.settings.recording_mb * 1024 * 1024:
            return problems.problem(413, "too-large", "录音过大", f"录音不能超过{gateway.settings.recording_mb}MB")
        duration = int(lasts) if lasts.isdecimal() and len(lasts) < 10 else None
        kept = await gateway.backend.keep_recording(call_id, pieces(request), length=int(length), duration_ms=duration)
        log.info("recording.kept", call_id=str(call_id))
        return raw(kept.model_dump_json().encode(), status=201, content_type="application/json")

    @routes.get("/transcript.schema.json")
    async def schema_of_transcripts(_: Request) -> HTTPResponse:
        return raw(published, content_type="application/schema+json")

    routes.exception(Malformed)(malformed)
    return routes


def unauthenticated() -> HTTPResponse:
    answer = problems.problem(401, "unauthenticated", "未通过认证", "缺少或无效的访问令牌")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def malformed(_: Request, error: Malformed) -> HTTPResponse:
    errors = [{"path": fault.path, "message": fault.message} for fault in error.faults]
    return problems.problem(422, "invalid-vcon", "通话记录不合格式", "见 errors", errors=errors)


def authorised(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return hmac.compare_digest(given.strip().encode(), token.encode()) and scheme.lower() == "bearer"


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content
