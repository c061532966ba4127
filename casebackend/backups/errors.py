"""What stands between an operator and his backup, each in one sentence."""

from casebackend.errors import DomainError


class BackupRefused(DomainError):
    status, slug, title = 409, "backup-refused", "不能备份或恢复"
