"""Why something does not leave the house."""

from datetime import date
from typing import ClassVar

from casebackend.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable, Unprocessable
from casebackend.exports.rules import PURPOSE_LEAST, PURPOSE_MOST


class ExportNotFound(NotFound):
    slug = "export-not-found"

    def __init__(self) -> None:
        super().__init__("没有这次导出，或不是您申请的")


class PurposeMissing(Unprocessable):
    slug, title = "export-purpose-missing", "请写明用途"

    def __init__(self) -> None:
        super().__init__(f"导出须写明用途，{PURPOSE_LEAST}至{PURPOSE_MOST}个字，如“3月投诉分析会材料”")


class PurposePersonal(Unprocessable):
    slug, title = "export-purpose-personal", "用途中有个人信息"

    def __init__(self) -> None:
        super().__init__("用途会印在文件上并记入审计，请不要写客户的电话、证件、卡号等")


class NothingToExport(Unprocessable):
    slug, title = "export-empty", "没有可导出的内容"

    def __init__(self) -> None:
        super().__init__("没有符合条件的记录，请调整条件后再导出")


class TooManyRows(Unprocessable):
    slug, title = "export-too-large", "导出的内容过多"

    def __init__(self, most: int) -> None:
        super().__init__(f"一次最多导出{most}行，请缩小条件，例如按月分次导出", most=most)


class NotYourExport(Forbidden):
    slug, title = "not-your-export", "不能导出这一类内容"

    def __init__(self) -> None:
        super().__init__("您的岗位不能导出这一类内容，如有需要请联系系统管理员")


class OverQuota(DomainError):
    status: ClassVar[int] = 429
    slug, title = "export-quota", "今日导出次数已满"

    def __init__(self, most: int) -> None:
        super().__init__(f"每人每天最多申请{most}次导出，请明天再试", most=most)


class OwnApproval(Forbidden):
    slug, title = "export-own-approval", "不能审批自己的申请"

    def __init__(self) -> None:
        super().__init__("导出须由他人审批，不能审批自己的申请")


class NotAsker(Forbidden):
    slug, title = "export-not-asker", "只有申请人可以撤回"

    def __init__(self) -> None:
        super().__init__("只有申请人可以撤回这次导出")


class ReasonMissing(Unprocessable):
    slug, title = "export-reason-missing", "请填写理由"

    def __init__(self) -> None:
        super().__init__("不批准时须写明理由，申请人会看到")


class AlreadyDecided(Conflict):
    slug, title = "export-decided", "这次导出已处理"

    def __init__(self) -> None:
        super().__init__("这次导出已审批、撤回或过期，请刷新页面")


class NotReady(Conflict):
    slug, title = "export-not-ready", "文件还不能下载"

    def __init__(self, said: str) -> None:
        super().__init__(f"这次导出{said}，没有可下载的文件")


class Expired(Conflict):
    slug, title = "export-expired", "文件已过期"

    def __init__(self, on: date) -> None:
        super().__init__(f"文件保留到{on}，已经删除，需要时请重新导出")


class RightsChanged(Conflict):
    slug, title = "export-rights-changed", "您的权限已变更"

    def __init__(self) -> None:
        super().__init__("申请导出之后您的岗位、单位或查看范围有变更，请按现在的权限重新导出")


class NoRoom(Unavailable):
    slug, title = "export-no-room", "磁盘空间不足"

    def __init__(self) -> None:
        super().__init__("服务器磁盘空间不足，暂时不能导出，请联系系统管理员")
