from casebackend.errors import Conflict, NotFound, Unprocessable


class CandidateNotFound(NotFound):
    slug = "candidate-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个候选")


class CandidateDecided(Conflict):
    slug, title = "candidate-decided", "候选已处理"

    def __init__(self) -> None:
        super().__init__("这个候选已经处理过，不能再次处理")


class CandidateHeld(Conflict):
    slug, title = "candidate-held", "法律保留期间不能采用"

    def __init__(self) -> None:
        super().__init__("来源投诉处于法律保留，解除之前不能转为条目或并入条目")


class RefusalReasonMissing(Unprocessable):
    slug, title = "refusal-reason-missing", "请填写不采用的理由"

    def __init__(self) -> None:
        super().__init__("不采用必须写明理由")
