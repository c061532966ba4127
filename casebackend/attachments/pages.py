"""The first pages of a PDF as one JPEG: a program of its own, from stdin to stdout, because the drawing is native code
over a stranger's file. It has no environment, no files to write, and bounds of memory and time; it knows no project."""

import io
import resource
import sys

from PIL import Image

PAGES = 3
WIDTH, HEIGHT, GAP = 1_000, 1_500, 10
MEMORY, SECONDS = 1_500_000_000, 10


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def drawn(content: bytes) -> bytes:
    """Nothing of the document is run: neither scripts nor forms are begun."""
    import pypdfium2  # noqa: PLC0415  not before the bounds

    with pypdfium2.PdfDocument(content) as document:
        pictures = []
        for number in range(min(PAGES, len(document))):
            page = document[number]
            wide, high = page.get_size()
            scale = min(WIDTH / max(wide, 1), HEIGHT / max(high, 1))
            pictures.append(page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB"))
    tall = sum(each.height for each in pictures) + GAP * (len(pictures) - 1)
    sheet = Image.new("RGB", (max(each.width for each in pictures), tall), "#8a8f98")
    top = 0
    for each in pictures:
        sheet.paste(each, (0, top))
        top += each.height + GAP
    made = io.BytesIO()
    sheet.save(made, "JPEG", quality=80)
    return made.getvalue()


if __name__ == "__main__":
    bounded()
    sys.stdout.buffer.write(drawn(sys.stdin.buffer.read()))
