from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class GradingRuleUnknown(NotFound):
    slug = "grading-rule-unknown"

    def __init__(self) -> None:
        super().__init__("没有这条定级规则；请从列表中选择")


class GradingRuleWrong(Unprocessable):
    slug, title = "grading-rule-wrong", "规则不正确"


class GradingRuleDecided(Conflict):
    slug, title = "grading-rule-decided", "已复核"

    def __init__(self) -> None:
        super().__init__("这一版规则已经复核过，如需调整请另提一版")


class OwnGradingRule(Forbidden):
    slug, title = "own-grading-rule", "须由他人复核"

    def __init__(self) -> None:
        super().__init__("这一版规则由您提出，请由另一位有权人员复核")


class HeadOfficeRules(Forbidden):
    slug, title = "head-office-decides-rules", "须由总行人员复核"

    def __init__(self) -> None:
        super().__init__("定级规则对全行生效，由总行有权人员复核")
