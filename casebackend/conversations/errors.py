from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class ConversationNotFound(NotFound):
    slug = "conversation-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个会话")


class TurnNotFound(NotFound):
    slug = "turn-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个轮次")


class DeliveryNotFound(NotFound):
    slug = "delivery-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个投递")


class ExternalIdReused(Conflict):
    slug, title = "external-id-reused", "消息编号重复"

    def __init__(self) -> None:
        super().__init__("该渠道的这个消息编号属于另一位发送人")


class OldEpoch(Conflict):
    slug, title = "old-epoch", "该轮次已被接管"

    def __init__(self, epoch: int) -> None:
        super().__init__("该轮次已由备用流程接管，较早的结果不再接受", epoch=epoch)


class ClaimLost(Conflict):
    slug, title = "claim-lost", "领取已失效"

    def __init__(self) -> None:
        super().__init__("该任务已不属于这个处理进程")


class PersonInCharge(Conflict):
    slug, title = "person-in-charge", "已由人工接待"

    def __init__(self) -> None:
        super().__init__("会话由工作人员接待，机器人的答复不再接受")


class DangerRuleUnknown(NotFound):
    slug = "danger-rule-unknown"

    def __init__(self) -> None:
        super().__init__("没有这条安全与情绪规则；请从列表中选择")


class DangerRuleWrong(Unprocessable):
    slug, title = "danger-rule-wrong", "规则不正确"


class DangerRuleDecided(Conflict):
    slug, title = "danger-rule-decided", "已复核"

    def __init__(self) -> None:
        super().__init__("这一版规则已经复核过，如需调整请另提一版")


class OwnDangerRule(Forbidden):
    slug, title = "own-danger-rule", "须由他人复核"

    def __init__(self) -> None:
        super().__init__("这一版规则由您提出，请由另一位有权人员复核")
