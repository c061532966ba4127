from datetime import date

from casebackend.errors import Conflict, Unprocessable


class NoCall(Conflict):
    slug, title = "no-survey-call", "没有等待电话回访的投诉"

    def __init__(self) -> None:
        super().__init__("该投诉没有等待人工回访，或回访已经完成")


class CalledToday(Conflict):
    slug, title = "survey-called-already", "尚未到再次回访的日期"

    def __init__(self, day: date) -> None:
        super().__init__(f"上次未联系上，请于 {day.isoformat()} 起再次回访；在此之前联系上客户的，可以登记回访结果")


class SurveyIncomplete(Unprocessable):
    slug, title = "survey-incomplete", "回访结果不完整"

    def __init__(self) -> None:
        super().__init__("联系上客户的，请登记问题是否解决；未联系上或客户不愿评价的，不填写答案")


class NotDissatisfied(Unprocessable):
    slug, title = "survey-not-dissatisfied", "客户没有表示不满意"

    def __init__(self) -> None:
        super().__init__("只有问题未解决或评分不满意的客户，才登记要求重新处理")
