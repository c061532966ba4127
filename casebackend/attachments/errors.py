from casebackend.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable, Unprocessable


class AttachmentNotFound(NotFound):
    slug = "attachment-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个附件，或不在您的权限范围内")


class TooLarge(DomainError):
    status, slug, title = 413, "file-too-large", "文件过大"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class CaseFull(Conflict):
    slug, title = "attachments-full", "附件已达上限"

    def __init__(self) -> None:
        super().__init__("这件投诉的附件总量已达上限，请联系系统管理员")


class DiskFull(Unavailable):
    slug, title = "disk-full", "存储空间不足"

    def __init__(self) -> None:
        super().__init__("存储空间不足，暂时不能上传文件，请联系系统管理员")


class UploadMalformed(Unprocessable):
    slug, title = "upload-malformed", "上传内容不完整"

    def __init__(self) -> None:
        super().__init__("没有收到完整的文件，请重新选择文件后上传")


class TypeRefused(Unprocessable):
    slug, title = "file-type-refused", "不接受这种文件"

    def __init__(self, labels: str) -> None:
        super().__init__(
            f"按文件内容识别，不是可以接收的类型。可以上传：{labels}；压缩包、程序、网页和带宏的文档不接收"
        )


class BombRefused(Unprocessable):
    slug, title = "file-bomb-refused", "文件内容异常"

    def __init__(self) -> None:
        super().__init__("文件展开后过大、层数过多或结构异常，不予接收")


class NotClean(Conflict):
    slug, title = "not-scanned-yet", "文件还在查毒"

    def __init__(self) -> None:
        super().__init__("文件已收到，查毒完成后才能打开，请稍后再试")


class Quarantined(Forbidden):
    slug, title = "quarantined", "文件含病毒，已隔离"

    def __init__(self) -> None:
        super().__init__("查毒发现该文件含病毒，任何人不能打开")


class FileChanged(Conflict):
    slug, title = "file-changed", "文件与登记的校验值不一致"

    def __init__(self) -> None:
        super().__init__("文件可能已损坏或被改动，请联系系统管理员")


class FilePurged(NotFound):
    slug = "file-purged"

    def __init__(self) -> None:
        super().__init__("文件已过保存期限并已清除，只保留登记信息")


class SourceKept(Conflict):
    slug, title = "source-kept", "原件不能删除"

    def __init__(self) -> None:
        super().__init__("监管来文的原件和通话录音必须完整保存，不能删除")


class HeldByLaw(Conflict):
    slug, title = "held-by-law", "附件已被依法保全"

    def __init__(self) -> None:
        super().__init__("该附件正在依法保全，不能删除")


class NoPreview(NotFound):
    slug = "no-preview"

    def __init__(self) -> None:
        super().__init__("这个附件没有预览图")
