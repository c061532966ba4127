"""Which keys a backup needs: the keys themselves are never in it."""

import base64
from typing import Any

from casebackend.audit.anchors import public_key
from casebackend.backups.errors import BackupRefused
from casebackend.backups.manifest import Manifest
from casebackend.customers.vault import Vault
from casebackend.settings import Settings

# What the index key makes of it tells that key from others, and nothing else.
WORD = ("backup", "tingsu")


def of(settings: Settings) -> dict[str, Any]:
    """As the manifest says it."""
    vault = _vault(settings)
    return {"keys": list(vault.kids), "index": vault.index(*WORD), "audit": _audit(settings)}


def _vault(settings: Settings) -> Vault:
    index_key = settings.index_key.get_secret_value() if settings.index_key else None
    return Vault(settings.data_key.get_secret_value(), index_key)


def _audit(settings: Settings) -> str:
    return public_key(base64.b64decode(settings.audit_key.get_secret_value()))


def require(settings: Settings, held: Manifest) -> None:
    """All three kinds: with other ones nothing fails at once, but nobody is found and no line of the audit holds."""
    vault = _vault(settings)
    missing = set(held.keys) - set(vault.kids)
    if missing:
        raise BackupRefused(f"缺少密钥 {'、'.join(sorted(missing))}：没有它们，备份中的个人信息无法读取")
    if held.index and held.index not in vault.indexes(*WORD):
        raise BackupRefused(
            "TINGSU_INDEX_KEY（未设置时为 TINGSU_DATA_KEY 的最后一个）与备份时不同：恢复后按电话、证件将找不到客户"
        )
    if held.audit and held.audit != _audit(settings):
        raise BackupRefused("TINGSU_AUDIT_KEY 与备份时不同：恢复后审计记录将全部无法核对")
