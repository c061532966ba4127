"""What a service token looks like and may be for. Standard library only."""

import hashlib
import secrets
from datetime import datetime

# Known to scanners of leaked secrets by this beginning; nothing else of ours begins so.
PREFIX = "tingsu_svc_"
SECRET_BYTES = 32
HINT = 4
# What another system may be let into: scopes as they stand in access/matrix.yaml.
SCOPES: dict[str, str] = {
    "cases.read": "读取投诉及其流转、时限、登记、家族、任务、督办、延期、核查",
    "reports.read": "读取报表、办理查询和运行看板",
    "knowledge.read": "查询知识库",
    "reference.read": "读取字典、机构、时限、日历和参数",
    "exports.read": "读取导出记录（不含文件）",
    "metrics": "读取运行指标",
}


def made() -> str:
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def is_live(*, expires_at: datetime, revoked_at: datetime | None, now: datetime) -> bool:
    return revoked_at is None and now < expires_at
