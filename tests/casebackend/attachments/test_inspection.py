"""F61-F65: by content, never by name; nothing is unpacked; what is hostile is refused in words."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebackend.attachments import inspection
from casebackend.attachments.allowlist import allowed
from casebackend.attachments.errors import BombRefused, TypeRefused
from casebackend.attachments.inspection import MOST_ENTRIES, identified
from tests.casebackend.attachments import samples

MB = 1024 * 1024


def kind_of(content: bytes) -> str:
    return identified(io.BytesIO(content)).extension


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (samples.PDF, "pdf"),
        (samples.picture("PNG"), "png"),
        (samples.picture("JPEG"), "jpg"),
        (samples.picture("WEBP"), "webp"),
        (samples.picture("GIF"), "gif"),
        (samples.wav(), "wav"),
        (samples.MP3, "mp3"),
        (b"ID3\x04" + bytes(100), "mp3"),
        (samples.OGG, "ogg"),
        (samples.AMR, "amr"),
        (samples.M4A, "m4a"),
        (samples.MP4, "mp4"),
        (samples.docx(), "docx"),
        (samples.package({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b""}), "xlsx"),
        (samples.package({"OFD.xml": b"<x/>"}), "ofd"),
        (samples.TEXT, "txt"),
        ("银行回执".encode("gb18030"), "txt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_bytes_say_what_a_file_is(content: bytes, found: str) -> None:
    assert kind_of(content) == found


HOSTILE = {
    "nothing": b"",
    "a program": samples.EXE,
    "a page": samples.HTML,
    "a picture with a script": samples.SVG,
    "a page behind blanks": b"\xef\xbb\xbf \n <script>alert(1)</script>",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "old Office": samples.OLE,
    "an archive": samples.package({"a.txt": b"x"}),
    "gzip": b"\x1f\x8b\x08" + bytes(40),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(40),
    "control signs": b"abc\x00def",
    "half a picture's name": b"\x89PNG\r\n\x1a\n....",
    "macros": samples.package(samples.WORD | {"word/vbaProject.bin": b"x"}),
    "an OLE object": samples.package(samples.WORD | {"word/embeddings/oleObject1.bin": b"x"}),
    "an archive within": samples.package(samples.WORD | {"word/media/a.png": samples.package({"a": b"x"})}),
    "a program within": samples.package(samples.WORD | {"word/media/a.png": samples.EXE}),
    "an entity bomb": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><a>&b;</a>',
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_may_not_come_in_is_refused(what: str) -> None:
    with pytest.raises(TypeRefused) as refusal:
        kind_of(HOSTILE[what])
    assert "不是可以接收的类型" in refusal.value.detail


def bombs() -> dict[str, bytes]:
    zeros = bytes(60 * MB)
    found = {
        "too much when unpacked": samples.package(samples.WORD | {"word/media/z": zeros}),
        "packed too well": samples.package(samples.WORD | {"word/media/z": bytes(8 * MB)}),
        "too many parts": samples.package(samples.WORD | {f"word/{n}.xml": b"" for n in range(MOST_ENTRIES)}),
    }
    for name in ("../../etc/passwd", "/etc/passwd", "word/../../x", "..\\x", "C:/x"):
        found[f"a part called {name}"] = renamed(samples.package(samples.WORD | {"n" * len(name): b"x"}), name)
    found["a link"] = with_link()
    found["a lie about sizes"] = lying()
    found["parts that overlap"] = overlapping()
    found["a secret"] = encrypted()
    found["cut short"] = samples.docx()[:-30]
    found["a huge picture"] = huge_picture(60_000, 60_000)
    found["a picture larger than any camera makes"] = huge_picture(13_000, 10_000)
    return found


def renamed(content: bytes, name: str) -> bytes:
    return content.replace(b"n" * len(name), name.encode())


def with_link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in samples.WORD.items():
            file.writestr(name, content)
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    return made.getvalue()


def lying() -> bytes:
    """The directory says ten bytes where a megabyte is."""
    content = samples.package(samples.WORD | {"word/a.xml": random.Random(1).randbytes(MB)})
    return content.replace(struct.pack("<I", MB), struct.pack("<I", 10))


def overlapping() -> bytes:
    """Two names for one place."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in samples.WORD.items():
            file.writestr(name, content)
        twin = file.infolist()[0]
        copy = zipfile.ZipInfo("word/twin.xml")
        for field in ("header_offset", "CRC", "compress_size", "file_size", "flag_bits", "compress_type"):
            setattr(copy, field, getattr(twin, field))
        file.filelist.append(copy)
    return made.getvalue()


def encrypted() -> bytes:
    content = bytearray(samples.docx())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def huge_picture(width: int, height: int) -> bytes:
    """A PNG that says so in a few bytes."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"")) + part(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bombs_are_refused_quickly_and_in_little_memory() -> None:
    corpus = bombs()
    tracemalloc.start()
    try:
        for what, content in corpus.items():
            tracemalloc.reset_peak()
            before, since = tracemalloc.get_traced_memory()[0], time.monotonic()
            with pytest.raises((BombRefused, TypeRefused)):
                kind_of(content)
            assert tracemalloc.get_traced_memory()[1] - before < 20 * MB, what
            assert time.monotonic() - since < 5, what
    finally:
        tracemalloc.stop()


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_known_or_refused(content: bytes) -> None:
    try:
        assert kind_of(content) in {each.extension for each in allowed()}
    except (TypeRefused, BombRefused):
        return


@settings(deadline=None, max_examples=50)
@given(st.sampled_from([samples.docx(), samples.picture("PNG", (9, 9)), samples.PDF, samples.wav(0.01)]), st.data())
def test_a_damaged_file_is_known_or_refused_and_never_an_error(sound: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sound) - 1))
    damaged = sound[:place] + data.draw(st.binary(min_size=1, max_size=8)) + sound[place + 1 :]
    try:
        kind_of(damaged)
    except (TypeRefused, BombRefused):
        return


def test_no_type_on_the_list_can_run_in_a_page() -> None:
    """Whatever is added to the list later: never what a browser runs."""
    running = {"html", "htm", "svg", "xml", "js", "xhtml", "mht", "hta", "swf", "exe", "docm", "xlsm", "zip"}
    assert not running & {each.extension for each in allowed()}
    assert inspection.MOST_RATIO == 100
