"""What the platform says to us, as one of three things: a customer speaks, comes in, or nothing we answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from channels.envelope import Channel, Inbound, Media, inbound

LONGEST_KEY = 160


class NotUnderstood(Exception):
    """A callback that lacks what every callback has."""


@dataclass(frozen=True)
class Said:
    openid: str
    message: Inbound


@dataclass(frozen=True)
class CameIn:
    """Follows us, or scans our code: is greeted."""

    openid: str


@dataclass(frozen=True)
class Ignored:
    openid: str


def message_key(fields: Mapping[str, str]) -> str:
    """The same for a resend, different for anything else; events carry no MsgId.

    The sender belongs to the key: a MsgId that two followers share must not make one of them silent.
    """
    number = fields.get("MsgId", "")
    if number.isascii() and number.isdigit():
        return _short(f"msg:{quote(fields.get('FromUserName', ''), safe='')}:{number}")
    if fields.get("MsgType") != "event":
        raise NotUnderstood("MsgId")
    openid, created, event = (quote(fields.get(name, ""), safe="") for name in ("FromUserName", "CreateTime", "Event"))
    key = f"evt:{openid}:{created}:{event}:{quote(fields.get('EventKey', ''), safe=':/')}"
    return _short(key)


def _short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else f"{key[:4]}#{hashlib.sha256(key.encode()).hexdigest()}"


def understand(fields: Mapping[str, str], menu: Mapping[str, str], *, received_at: datetime) -> Said | CameIn | Ignored:
    openid = fields.get("FromUserName", "")
    if not openid or len(openid) > 128:
        raise NotUnderstood("FromUserName")
    kind = fields.get("MsgType", "")
    if kind == "event":
        return _event(openid, fields, menu, received_at)
    text, media = _content(kind, fields)
    return Said(openid, _inbound(openid, fields, text, media, received_at))


def _event(
    openid: str, fields: Mapping[str, str], menu: Mapping[str, str], received_at: datetime
) -> Said | CameIn | Ignored:
    match fields.get("Event", "").lower():
        case "subscribe" | "scan":
            return CameIn(openid)
        case "click" if fields.get("EventKey", "") in menu:
            return Said(openid, _inbound(openid, fields, menu[fields["EventKey"]], [], received_at))
        case _:
            return Ignored(openid)


def _content(kind: str, fields: Mapping[str, str]) -> tuple[str, list[Media]]:
    """What was written or said. Words for a picture and the like are the inbox's."""
    match kind:
        case "text":
            return fields.get("Content", ""), []
        case "image":
            return "", [_media("image", fields.get("MediaId", ""))]
        case "voice":
            return fields.get("Recognition", ""), [_media("voice", fields.get("MediaId", ""))]
        case "video" | "shortvideo":
            return "", [_media("video", fields.get("MediaId", ""))]
        case "location":
            place = f"{fields.get('Location_X', '')},{fields.get('Location_Y', '')}"
            label = fields.get("Label", "")
            return "", [Media(kind="location", reference=place[:512], note=label[:512] or None)]
        case "link":
            title, url = fields.get("Title", ""), fields.get("Url", "")
            return "", [Media(kind="link", reference=url[:512], note=title[:512] or None)]
        case _:
            return f"[{kind[:20]}]", []


def _media(kind: str, media_id: str) -> Media:
    return Media.model_validate({"kind": kind, "reference": media_id[:512]})


def _inbound(openid: str, fields: Mapping[str, str], text: str, media: list[Media], received_at: datetime) -> Inbound:
    return inbound(
        Channel.WECHAT,
        sender=openid,
        external_id=message_key(fields),
        text=text,
        media=media,
        received_at=received_at.astimezone(UTC),
    )
