"""Files over the wire: taken in as a stream, given out to be saved and never to be shown in our pages."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from sanic import Request

from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Upload
from casebackend.attachments.service import Content

# Whatever the bytes are, they open in nobody's page: not as a document, not as a script, not as a guess.
AWAY_FROM_US = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def announced(request: Request) -> int | None:
    sent = request.headers.get("content-length", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 16 else None


async def pieces_of(request: Request) -> AsyncIterator[bytes]:
    stream: Any = request.stream
    while stream is not None and (piece := await stream.read()):
        yield piece


def as_body(request: Request, upload: Upload) -> None:
    """What idempotency compares: the same fields and the same bytes are the same request."""
    told = [f"{name}={value}" for name, value in sorted(upload.fields.items()) if name != "csrf"]
    request.body = "\n".join([*told, *(f"{each.name} {each.sha256}" for each in upload.files)]).encode()


async def hand_out(request: Request, attachment: Attachment, content: Content, name: str) -> None:
    """Checked as a whole first: nobody gets half of a file that is broken further on."""
    await content.require_whole()
    plain = f"attachment-{attachment.id.hex[:12]}.{name.rsplit('.', 1)[-1]}"
    headers = AWAY_FROM_US | {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(content.size),
    }
    response: Any = await request.respond(headers=headers, content_type=attachment.content_type)
    async for piece in content.pieces():
        await response.send(piece)
    await response.eof()
