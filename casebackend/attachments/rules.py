"""What an attachment is, how it is called, who may have its bytes, how long they are kept. Standard library only."""

import unicodedata
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

LONGEST_NAME = 120
NAMELESS = "附件"
# Signs that a file system, a shell or a header reads as something else than a name.
UNSAFE = frozenset('<>:"|?*%;`$\\/')
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


class Kind(StrEnum):
    FILE = "file"
    RECORDING = "recording"
    REGULATOR = "regulator"


class Origin(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    CALL = "call"


class Scan(StrEnum):
    """`unscanned`: taken in while no scanner was configured."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


LABELS: dict[Kind, str] = {Kind.FILE: "附件", Kind.RECORDING: "录音录像", Kind.REGULATOR: "监管来文原件"}
ORIGINS: dict[Origin, str] = {Origin.STAFF: "工作人员上传", Origin.CUSTOMER: "客户发送", Origin.CALL: "通话系统"}
SCANS: dict[Scan, str] = {
    Scan.WAITING: "待查毒",
    Scan.CLEAN: "已查毒",
    Scan.INFECTED: "含病毒，已隔离",
    Scan.UNSCANNED: "未查毒",
}


def may_open(scan: Scan, *, required: bool) -> bool:
    """Nobody opens what is infected; where scanning is required, nobody opens what has not been found clean."""
    return scan is Scan.CLEAN or (not required and scan in (Scan.WAITING, Scan.UNSCANNED))


def normalised(name: str, extension: str) -> str:
    """A name that can be shown, stored and sent in a header; the extension is that of the content, not the sender's."""
    whole = unicodedata.normalize("NFC", name.replace("\\", "/").encode("utf-8", "replace").decode())
    last = whole.rsplit("/", 1)[-1]
    # Controls, surrogates and what changes the direction of reading: "gpj.exe" must not read as "exe.jpg".
    kept = "".join(sign for sign in last if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    safe = "".join("_" if sign in UNSAFE else sign for sign in kept).strip(" .")
    stem = PurePosixPath(safe).stem.strip(" .") if "." in safe else safe
    if not stem or stem.lower() in RESERVED:
        stem = NAMELESS
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"


def may_purge(*, retain_until: date | None, legal_hold: bool, today: date) -> bool:
    """The bytes go only after the day that the retention has set, and never under a hold."""
    return retain_until is not None and retain_until < today and not legal_hold
