"""A smaller picture made anew from the pixels: the only thing of an upload that our own pages ever show."""

import io
import subprocess
import sys
from typing import BinaryIO

from PIL import Image, ImageOps

from casebackend.attachments import pages
from casebackend.attachments.allowlist import PDF, allowed

TYPE = "image/jpeg"
LONGEST_SIDE = 1_280
# A JPEG is read at a fraction of its size; everything else is made whole in memory, four bytes a pixel.
MOST_PIXELS_WHOLE = 20_000_000
MOST_BYTES_OF_PDF = 100_000_000
SECONDS_OF_PDF = 30


def preview(file: BinaryIO, content_type: str) -> bytes | None:
    """JPEG bytes, or None for what cannot be made safely. To be called in a thread of the worker."""
    if content_type == PDF:
        return _pages_of(file)
    wanted = next((each for each in allowed() if each.type == content_type and each.format), None)
    if wanted is None:
        return None
    try:
        with Image.open(file, formats=[wanted.format]) as image:
            image.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
            if image.width * image.height > MOST_PIXELS_WHOLE:
                return None
            small = ImageOps.exif_transpose(image).convert("RGB")
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            made = io.BytesIO()
            small.save(made, "JPEG", quality=80)
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        return None
    return made.getvalue()


def _pages_of(file: BinaryIO) -> bytes | None:
    content = file.read(MOST_BYTES_OF_PDF + 1)
    if len(content) > MOST_BYTES_OF_PDF:
        return None
    program = [sys.executable, "-I", pages.__file__]
    try:
        done = subprocess.run(program, input=content, capture_output=True, timeout=SECONDS_OF_PDF, env={}, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout if done.stdout.startswith(b"\xff\xd8\xff") else None
