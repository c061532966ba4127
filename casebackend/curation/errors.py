"""Refusals of the work on the knowledge."""

from collections.abc import Sequence

from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class ArticleUnknown(NotFound):
    slug = "article-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个知识条目或版本")


class RequestUnknown(NotFound):
    slug = "change-request-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个变更申请")


class ImpactUnknown(NotFound):
    slug = "impact-unknown"

    def __init__(self) -> None:
        super().__init__("没有这条影响记录")


class VersionOpen(Conflict):
    slug, title = "article-version-open", "已有在办版本"

    def __init__(self, version: int) -> None:
        super().__init__(f"该条目第{version}版还在办理，请先办完或撤回", version=version)


class StepImpossible(Conflict):
    slug, title = "article-step-impossible", "当前状态不能这样操作"

    def __init__(self, step: str, status: str) -> None:
        super().__init__(f"该版本现为“{status}”，不能{step}", state=status)


class NotYourStep(Forbidden):
    slug, title = "article-step-not-yours", "您的岗位不能办理这一步"

    def __init__(self, step: str) -> None:
        super().__init__(f"您的岗位不能{step}知识条目")


class NotYourDraft(Forbidden):
    slug, title = "article-not-your-draft", "不是您的草稿"

    def __init__(self) -> None:
        super().__init__("只有起草人可以撤回自己的草稿")


class OneHandOnly(Forbidden):
    slug, title = "article-one-hand-only", "同一人不能办理两个环节"

    def __init__(self, hand: str) -> None:
        super().__init__(f"您已办理过这一版本的“{hand}”，起草、初审、审批、发布须由不同的人办理", hand=hand)


class OpinionMissing(Unprocessable):
    slug, title = "article-opinion-missing", "请填写意见"

    def __init__(self, step: str) -> None:
        super().__init__(f"{step}须填写意见")


class EntryIncomplete(Unprocessable):
    slug, title = "article-incomplete", "知识条目内容不完整"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("；".join(problems), problems=list(problems))


class KeeperUnknown(Unprocessable):
    slug, title = "article-keeper-unknown", "归口部门不正确"

    def __init__(self) -> None:
        super().__init__("没有这个归口部门，或该部门已停用", fields=["unit_id"])


class PublishMoment(Unprocessable):
    slug, title = "article-publish-moment", "发布时间不正确"

    def __init__(self) -> None:
        super().__init__("定时发布的时间须晚于现在，且在一年以内")


class RetireDay(Unprocessable):
    slug, title = "article-retire-day", "失效日期不正确"

    def __init__(self) -> None:
        super().__init__("失效日期不能早于今天，也不能晚于已定的失效日期")


class EntryClash(Conflict):
    """`conflicts`: both entries with both texts, for whoever has to choose."""

    slug, title = "article-conflict", "同一问题有两种答复"

    def __init__(self, conflicts: Sequence[dict[str, object]]) -> None:
        named = "、".join(f"“{each['question']}”（{each['other_title']}）" for each in conflicts[:3])
        super().__init__(f"同一问题已有不同答复：{named}；请修改、合并或先使原条目失效", conflicts=list(conflicts))


class ArticleFilesFull(Conflict):
    slug, title = "article-files-full", "依据附件已达上限"

    def __init__(self) -> None:
        super().__init__("这一版本的依据附件总量已达上限，请先删去不需要的附件")


class RequestDecided(Conflict):
    slug, title = "change-request-decided", "变更申请已处理"

    def __init__(self) -> None:
        super().__init__("这个变更申请已经处理过")


class RequestAnswer(Unprocessable):
    slug, title = "change-request-answer", "请写明处理结果"

    def __init__(self) -> None:
        super().__init__("已更新的须指明已发布的条目和版本，不采纳的须写明理由")


class MergedAlready(Conflict):
    slug, title = "article-merged-already", "已选择合并另一条目"

    def __init__(self, other: str) -> None:
        super().__init__(f"这一版本已替代{other}，一个版本只能替代一个条目", supersedes=other)
