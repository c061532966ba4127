import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.evidence.rules import EXTENSIONS, Kind, suits, type_of

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
MP3 = b"\xff\xfb\x90\x64" + bytes(8)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (WAV, "audio/wav"),
        (MP3, "audio/mpeg"),
        (b"ID3\x04", "audio/mpeg"),
        ("客户说：多扣了年费\r\n".encode(), "text/plain"),
        (b"<html><script>", "text/plain"),
        (b"", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04", None),
        (b"RIFF....AVI ", "text/plain"),
        (b"\xff\xff\xff\xff", None),
        ("GBK 编码".encode("gbk"), None),
        (b"\x00plain", None),
    ],
)
def test_the_bytes_say_what_a_file_is(content: bytes, found: str | None) -> None:
    assert type_of(content) == found


@given(st.binary(max_size=200))
def test_any_bytes_are_known_or_refused(content: bytes) -> None:
    found = type_of(content)
    assert found is None or found in EXTENSIONS


def test_a_recording_can_be_heard() -> None:
    assert suits(Kind.RECORDING, "audio/wav")
    assert not suits(Kind.RECORDING, "text/plain")
    assert suits(Kind.DOCUMENT, "application/pdf")
