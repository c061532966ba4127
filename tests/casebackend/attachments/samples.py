"""Small files of each kind, made here: nothing of anybody's."""

import io
import wave
import zipfile

from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n1 0 obj\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\n"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
EXE = b"MZ\x90\x00\x03" + bytes(200)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
AMR = b"#!AMR\n" + bytes(60)
MP3 = b"\xff\xfb\x90\x64" + bytes(400)
M4A = b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + bytes(50)
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(50)
OGG = b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead" + bytes(50)
TEXT = "客户说：多扣了年费\r\n".encode()


def wav(seconds: float = 2, rate: int = 8_000) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(int(seconds * rate) * 2))
    return made.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (1_000, 500)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "#2b7a6f").save(made, kind)
    return made.getvalue()


def package(parts: dict[str, bytes], *, packed: bool = True) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    return package({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more)


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}
