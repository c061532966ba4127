"""What a piece of evidence is, and what its bytes say it is. Standard library only."""

from enum import StrEnum

LARGEST = 1_500_000
CONTROL = frozenset(range(32)) - {9, 10, 12, 13}


class Kind(StrEnum):
    RECORDING = "recording"
    MESSAGE = "message"
    DOCUMENT = "document"
    SYSTEM_RECORD = "system_record"
    STATEMENT = "statement"


LABELS: dict[Kind, str] = {
    Kind.RECORDING: "录音",
    Kind.MESSAGE: "会话消息",
    Kind.DOCUMENT: "书面材料",
    Kind.SYSTEM_RECORD: "系统记录",
    Kind.STATEMENT: "情况说明",
}
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "text/plain": "txt",
}
AUDIO = frozenset({"audio/wav", "audio/mpeg"})


def type_of(content: bytes) -> str | None:
    """By the bytes alone: what a sender calls a file decides nothing."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content.startswith(b"ID3") or _is_mpeg_frame(content):
        return "audio/mpeg"
    return "text/plain" if _is_text(content) else None


def _is_mpeg_frame(content: bytes) -> bool:
    """Eleven set bits, then MPEG layer III with a bit rate and a sampling rate that exist."""
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE0 != 0xE0:
        return False
    version, layer = content[1] >> 3 & 3, content[1] >> 1 & 3
    rate, sampling = content[2] >> 4, content[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in (0, 15) and sampling != 3


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(content) and not CONTROL & set(content)


def suits(kind: Kind, content_type: str) -> bool:
    """A recording is heard; everything else may be written or pictured as well."""
    return content_type in AUDIO if kind is Kind.RECORDING else True
