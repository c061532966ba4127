from sanic import HTTPResponse, Request

from casebackend.assist.routes import find
from casebackend.console.rendering import console, page
from knowledge.articles import Kind

bp = console("knowledge")


@bp.get("/knowledge")
async def show(request: Request) -> HTTPResponse:
    words = str(request.args.get("q") or "").strip()[:200]
    chosen = [kind for kind in request.args.getlist("kind", []) if kind in set(Kind)]
    return page(
        request,
        "knowledge.html",
        words=words,
        hits=await find(request) if words else None,
        kinds=list(Kind),
        chosen=chosen,
    )
