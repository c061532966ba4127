"""What a file is, by its bytes alone, and whether its inside is what it should be. Nothing is ever unpacked to disk."""

import codecs
import stat
import zipfile
import zlib
from collections.abc import Collection
from typing import BinaryIO

import puremagic
from PIL import Image, UnidentifiedImageError

from casebackend.attachments.allowlist import Allowed, allowed
from casebackend.attachments.errors import BombRefused, TypeRefused

HEAD = 8_192
# reliability.md F62.
MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO = 200, 50 * 1024 * 1024, 100
# No camera makes more; what claims more is made to fill our memory.
MOST_PIXELS = 120_000_000
NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0", b"MZ")
MACRO = ("vbaproject", "vbadata", "activex", "macrosheet", "oleobject", ".bin", ".exe", ".js", ".vbs", ".htm")
CONTROL = frozenset(range(32)) - {9, 10, 12, 13}
PIECE = 65_536


def refusal() -> TypeRefused:
    return TypeRefused("、".join(each.extension.upper() for each in allowed()))


def identified(file: BinaryIO, *, within: Collection[str] | None = None) -> Allowed:
    """The type, or a refusal. `within`: the only types wanted here. Reads as much as the proof of the type needs."""
    head = file.read(HEAD)
    signs = _signs(head)
    for each in allowed():
        if within is not None and each.type not in within:
            continue
        fits = bool(signs & set(each.signs)) if each.signs else not _is_marked(signs)
        if fits and _proven(each, head, file):
            return each
    raise refusal()


def _signs(head: bytes) -> set[str]:
    try:
        return {str(each.extension) for each in puremagic.magic_string(head)} if head else set()
    except (puremagic.PureError, ValueError, IndexError):
        return set()


def _is_marked(signs: set[str]) -> bool:
    """Text has no signature; what has one is not just text."""
    return bool(signs & {".html", ".htm", ".svg", ".xml", ".rtf", ".eml", ".ps", ".js", ".hta", ".mht"})


def _proven(each: Allowed, head: bytes, file: BinaryIO) -> bool:
    match each.proof:
        case "prefix":
            return head.startswith(tuple(prefix.encode() for prefix in each.prefixes)) and _is_riff_wave(each, head)
        case "mpeg":
            return head.startswith(b"ID3") or _is_mpeg_frame(head)
        case "brand":
            return head[4:8] == b"ftyp" and head[8:12].decode("latin-1") in each.brands
        case "image":
            return _is_image(each, file)
        case "package":
            return head.startswith(b"PK\x03\x04") and _is_package(each, file)
        case _:
            return _is_text(file)


def _is_riff_wave(each: Allowed, head: bytes) -> bool:
    return each.extension != "wav" or head[8:12] == b"WAVE"


def _is_mpeg_frame(head: bytes) -> bool:
    """Eleven set bits, then MPEG layer III with a bit rate and a sampling rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in (0, 15) and sampling != 3


def _is_image(each: Allowed, file: BinaryIO) -> bool:
    """Only the header is read; the pixels are counted before anybody makes them."""
    file.seek(0)
    try:
        with Image.open(file, formats=[each.format]) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        raise BombRefused from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return False
    if width * height > MOST_PIXELS:
        raise BombRefused
    return True


def _is_package(each: Allowed, file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            if each.part not in names:
                return False
            _require_harmless(entries)
            _require_true_sizes(package, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise BombRefused from None
    return True


def _require_harmless(entries: Collection[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1):
        raise BombRefused
    if len({entry.header_offset for entry in entries}) < len(entries):
        raise BombRefused
    for entry in entries:
        name = entry.filename.lower()
        if name.startswith("/") or ".." in name.split("/") or "\\" in name or ":" in name:
            raise BombRefused
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
            raise BombRefused
        if any(word in name for word in MACRO):
            raise refusal()


def _require_true_sizes(package: zipfile.ZipFile, entries: Collection[zipfile.ZipInfo]) -> None:
    """What the directory says may be a lie; counted piece by piece, nothing is kept. A package in it is refused."""
    total = 0
    for entry in entries:
        with package.open(entry) as part:
            piece = part.read(PIECE)
            if piece.startswith(NESTED):
                raise refusal()
            while piece:
                total += len(piece)
                if total > MOST_UNPACKED:
                    raise BombRefused
                piece = part.read(PIECE)


def _is_text(file: BinaryIO) -> bool:
    """UTF-8 or GB 18030 without control characters, and not a page or a script by its first sign."""
    file.seek(0)
    start = file.read(PIECE)
    if not start or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"#!", b"%!")):
        return False
    return any(_decodes(file, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(PIECE):
            if CONTROL & set(piece):
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
