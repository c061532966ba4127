from collections.abc import Sequence

from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class UserUnknown(NotFound):
    slug = "user-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个用户")


class LoginTaken(Conflict):
    slug, title = "login-taken", "用户名或员工号已被使用"

    def __init__(self) -> None:
        super().__init__("用户名、员工号一经使用不再分配给他人，离职人员的也是如此")


class SuperiorWrong(Unprocessable):
    slug, title = "superior-wrong", "上级人员不正确"

    def __init__(self) -> None:
        super().__init__("上级人员须为在用用户，不能是本人，也不能互为上级")


class NotOneself(Forbidden):
    slug, title = "not-oneself", "不能对本人账号进行该操作"

    def __init__(self) -> None:
        super().__init__("本人的权限、停用和密码重置须由其他管理员办理")


class AlreadySo(Conflict):
    slug, title = "user-already-so", "账号已是该状态"

    def __init__(self) -> None:
        super().__init__("账号状态没有变化，请刷新后核对")


class LastAdministrator(Conflict):
    slug, title = "last-administrator", "最后一名管理员"

    def __init__(self, role: str) -> None:
        super().__init__(f"该用户是最后一名在用的{role}，请先为他人授权")


class SecurityResets(Forbidden):
    slug, title = "security-resets", "管理员的密码由安全管理员重置"

    def __init__(self) -> None:
        super().__init__("系统、安全、审计管理员账号的密码由其他安全管理员重置")


class HasLeft(Conflict):
    slug, title = "user-has-left", "人员已离岗"

    def __init__(self) -> None:
        super().__init__("该人员已办理离岗，账号不能再启用或授权；重新到岗请新建账号")


class RolesClash(Conflict):
    slug, title = "roles-clash", "权限相互排斥"

    def __init__(self, names: Sequence[str], who: str = "") -> None:
        said = f"{who}：" if who else ""
        super().__init__(said + "系统管理员、安全管理员、审计管理员不能兼任，也不能兼任其他岗位", roles=list(names))


class UnknownRights(Unprocessable):
    slug, title = "unknown-rights", "权限不存在"

    def __init__(self) -> None:
        super().__init__("请从列表中选择角色、岗位、权限组和数据范围机构")


class NothingAsked(Conflict):
    slug, title = "rights-unchanged", "权限没有变化"

    def __init__(self) -> None:
        super().__init__("申请的权限与现有权限相同")


class GroupUnknown(NotFound):
    slug = "permission-group-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个岗位或权限组")


class RequestPending(Conflict):
    slug, title = "rights-request-pending", "已有待审批的授权申请"

    def __init__(self) -> None:
        super().__init__("同一用户或权限组一次只能有一项待审批的申请")


class RequestUnknown(NotFound):
    slug = "rights-request-unknown"

    def __init__(self) -> None:
        super().__init__("没有这项授权申请")


class RequestDecided(Conflict):
    slug, title = "rights-request-decided", "授权申请已办结"

    def __init__(self) -> None:
        super().__init__("该申请已审批或已撤回")


class SecondLook(Forbidden):
    slug, title = "second-look", "授权须由他人审批"

    def __init__(self) -> None:
        super().__init__("授权由申请人、被授权人以外的安全管理员审批")


class NotYourRequest(Forbidden):
    slug, title = "not-your-request", "只能撤回自己的申请"

    def __init__(self) -> None:
        super().__init__("授权申请由申请人撤回")


class SuccessorWrong(Unprocessable):
    slug, title = "successor-wrong", "接手人员不正确"

    def __init__(self) -> None:
        super().__init__("接手人员须为同一机构的在用用户，且不能是本人")


class UnitStillBusy(Conflict):
    slug, title = "unit-still-busy", "机构还有人员或在办工作"

    def __init__(self, why: str) -> None:
        super().__init__(f"该机构{why}，请先调整人员、转办或办结，或改用撤并")


class FileUnreadable(Unprocessable):
    slug, title = "import-unreadable", "文件无法读取"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class NotChecked(Conflict):
    slug, title = "import-not-checked", "文件尚未试运行"

    def __init__(self) -> None:
        super().__init__("请先试运行同一文件并核对差异，再确认导入")


class ChangedMeanwhile(Conflict):
    slug, title = "import-changed-meanwhile", "数据已变化"

    def __init__(self) -> None:
        super().__init__("试运行之后机构或人员有变化，差异已不同，请重新试运行并核对")


class TooManyGone(Conflict):
    slug, title = "import-too-many-gone", "减少过多，拒绝导入"

    def __init__(self, kind: str, gone: int, known: int, percent: int) -> None:
        super().__init__(
            f"文件中缺少现有{known}{kind}中的{gone}{kind}，超过允许的{percent}%，疑为文件不全，没有做任何改动。"
            "确需减少的请逐个办理，或由投诉管理部门调整参数后重新试运行",
            gone=gone,
            known=known,
            percent=percent,
        )
