"""What a piece of evidence is. Standard library only."""

from enum import StrEnum


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


def suits(kind: Kind, content_type: str) -> bool:
    """A recording is heard or watched; everything else may be written or pictured as well."""
    return content_type.startswith(("audio/", "video/")) if kind is Kind.RECORDING else True
