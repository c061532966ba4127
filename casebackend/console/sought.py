"""A search for a person goes on from page to page under a key that opens in the same login only.

What names the person is sealed into the address under the secret of the login, which is kept in the browser alone:
when the login ends, nobody can open it any more, neither whoever finds the address in a log nor we.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sanic import Request

from casebackend.access.reads import Sought
from casebackend.cases import search, seeking
from casebackend.cases.search import Given
from casebackend.cases.words import PURPOSES, Purpose
from casebackend.errors import BadRequest

WHO = "who"
KEPT = timedelta(hours=1)
NONCE = 12
LONGEST = 4_000

type Pairs = Sequence[tuple[str, str]]


class SearchEnded(BadRequest):
    slug, title = "search-ended", "查找条件已失效"

    def __init__(self) -> None:
        super().__init__("查找客户的条件只在本次登录中保留一小时。请回到投诉查询页重新填写")


@dataclass(frozen=True, slots=True)
class Search:
    """`mark` and `until` stay as they are while conditions are taken away or pages are turned."""

    pairs: tuple[tuple[str, str], ...]
    purpose: Purpose | None
    mark: str
    until: datetime


def begun(purpose: Purpose | None, now: datetime) -> Search:
    return Search((), purpose, uuid4().hex, now + KEPT)


def purpose_of(word: str) -> Purpose | None:
    return Purpose(word) if word in PURPOSES else None


def read(request: Request) -> tuple[Given, Search | None]:
    """The conditions of this address, those under the key as well; whom they look for is left for the audit."""
    args = dict(request.args)
    key = str(request.args.get(WHO) or "")
    given, asked = seeking.from_address(args), _opened(request, key) if key else None
    if asked is None:
        return given, None
    sealed: dict[str, list[str]] = {}
    for name, word in asked.pairs:
        sealed.setdefault(name, []).append(word)
    given = search.read({**args, **sealed})
    request.ctx.sought = Sought(seeking.names_of(given), asked.purpose, asked.mark)
    return given, asked


def query_of(request: Request) -> str:
    """The whole query, as an export is asked for: with what stands under the key."""
    _, asked = read(request)
    others = [part for part in request.query_string.split("&") if not part.startswith(f"{WHO}=")]
    return "&".join([*others, *([urlencode(asked.pairs)] if asked else [])])


def address(request: Request, path: str, pairs: Sequence[tuple[str, Any]], asked: Search | None) -> str:
    """Where exactly this is asked for; without a search that was begun, nothing in it names a person."""
    plain, private = seeking.apart(pairs) if asked else (list(pairs), [])
    key = [(WHO, _sealed(request, asked, private))] if asked and private else []
    return f"{path}?{urlencode([*plain, *key])}"


def _sealed(request: Request, asked: Search, private: Pairs) -> str:
    held = {"c": list(private), "p": asked.purpose, "m": asked.mark, "u": asked.until.isoformat()}
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_key(request)).encrypt(nonce, json.dumps(held).encode(), WHO.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def _opened(request: Request, key: str) -> Search:
    try:
        raw = base64.urlsafe_b64decode(key[:LONGEST] + "=" * (-len(key) % 4))
        held = json.loads(AESGCM(_key(request)).decrypt(raw[:NONCE], raw[NONCE:], WHO.encode()))
    except (InvalidTag, ValueError):
        raise SearchEnded from None
    until = datetime.fromisoformat(held["u"])
    if until <= request.app.ctx.now():
        raise SearchEnded
    pairs = tuple((name, word) for name, word in held["c"])
    return Search(pairs, Purpose(held["p"]) if held["p"] else None, held["m"], until)


def _key(request: Request) -> bytes:
    secret = f"{WHO}:{request.ctx.login_secret}".encode(errors="replace")
    ours = request.app.ctx.settings.session_key.get_secret_value().encode()
    return hmac.new(ours, secret, hashlib.sha256).digest()
