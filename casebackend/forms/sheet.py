"""The paper: font, header, watermark, and what stands at the foot of each page."""

from importlib.resources import as_file, files
from zoneinfo import ZoneInfo

import segno
from fpdf import FPDF
from fpdf.enums import TextMode

from casebackend.forms.content import Content, Stamp
from casebackend.forms.rules import FORMS, legible
from casebackend.forms.sealing import Sealer, in_groups, mark, page_content

FONT, SIMPLIFIED = "NotoSansCJK-Regular.ttc", 2
SHANGHAI = ZoneInfo("Asia/Shanghai")
LEFT, RIGHT, TOP, FOOT = 18.0, 192.0, 16.0, 272.0
WIDTH = RIGHT - LEFT
QR = 21.0
POINT, LEADING = 0.3528, 1.6
INK, QUIET, FAINT, SHADE = (25, 28, 34), (95, 100, 110), (233, 235, 239), (243, 244, 247)


def height_of(size: float) -> float:
    """Of a line, in mm; `size` in points."""
    return size * POINT * LEADING


class Sheet(FPDF):
    """Everything is placed by hand: no page breaks by itself, and no word of a customer is a command."""

    def __init__(self, content: Content, stamp: Stamp) -> None:
        super().__init__(format="A4")
        self.content, self.stamp = content, stamp
        self.set_auto_page_break(False)
        self.str_alias_nb_pages = ""
        with as_file(files("noto_cjk_sans_otc").joinpath(FONT)) as path:
            self.add_font("form", fname=path, collection_font_number=SIMPLIFIED)
        self.set_font("form", size=10)
        self.glyphs = self.fonts["form"].cmap  # type: ignore[union-attr]
        self._widths: dict[str, float] = {}
        self.when = stamp.when.astimezone(SHANGHAI)
        self.set_title(f"{FORMS[content.form]} {content.number}")
        self.set_creator("TingSu")
        self.set_producer("TingSu")
        self.set_lang("zh-CN")
        self.set_creation_date(self.when)

    def clean(self, text: str) -> str:
        return legible(text, self.glyphs)

    def wide(self, text: str, size: float) -> float:
        """In mm. `text` is clean."""
        for each in set(text) - self._widths.keys():
            with self.local_context(font_size_pt=10):
                self._widths[each] = self.get_string_width(each) / 10
        return sum(self._widths[each] for each in text) * size

    def say(
        self, x: float, y: float, text: str, size: float, color: tuple[int, int, int] = INK, *, strong: bool = False
    ) -> None:
        """One line with its upper edge at `y`."""
        if not text:
            return
        self.set_font_size(size)
        self.set_text_color(*color)
        base = y + height_of(size) * 0.72
        if not strong:
            self.text(x, base, text)
            return
        with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=0.16, draw_color=color):
            self.text(x, base, text)

    def centred(self, y: float, text: str, size: float, *, strong: bool = False) -> None:
        self.say((LEFT + RIGHT - self.wide(text, size)) / 2, y, text, size, strong=strong)

    def begin(self) -> float:
        """A new page; where its content begins."""
        self.add_page()
        self.set_font_size(9 if self.page_no() % 2 else 10)
        self._watermark()
        first = self.page_no() == 1
        return self._headline() if first else self._running_head()

    def _watermark(self) -> None:
        words = self.clean(f"{self.stamp.who}  {self.when:%Y-%m-%d %H:%M}  {self.stamp.variant}")
        for x in (14.0, 108.0):
            for y in range(70, 300, 48):
                with self.rotation(24, x, y):
                    self.say(x, y, words, 11, FAINT)

    def _headline(self) -> float:
        title = "　".join(FORMS[self.content.form])
        self.centred(TOP, self.clean(self.stamp.bank), 12)
        self.centred(TOP + 8, title, 20, strong=True)
        self._code(RIGHT - QR, TOP - 2)
        self.say(LEFT, TOP + 23, f"编号：{self.content.number}", 10, strong=True)
        told = f"{self.stamp.variant} · 用途：{self.stamp.purpose}"
        self.say(RIGHT - self.wide(told, 9), TOP + 23.3, told, 9, QUIET)
        self._rule(TOP + 30)
        return TOP + 33

    def _running_head(self) -> float:
        self.say(LEFT, TOP - 3, f"{FORMS[self.content.form]}（续）", 9, QUIET)
        number = self.content.number
        self.say(RIGHT - self.wide(number, 9), TOP - 3, number, 9, QUIET)
        self._rule(TOP + 3)
        return TOP + 6

    def _rule(self, y: float) -> None:
        self.set_draw_color(*INK)
        self.set_line_width(0.5)
        self.line(LEFT, y, RIGHT, y)
        self.set_line_width(0.15)
        self.line(LEFT, y + 0.8, RIGHT, y + 0.8)

    def _code(self, x: float, y: float) -> None:
        """The number and nothing else: whoever scans it learns what stands beside it."""
        rows = list(segno.make(self.content.number, error="m", micro=False).matrix)
        side = QR / len(rows)
        self.set_fill_color(*INK)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    self.rect(x + across * side, y + down * side, side, side, style="F")

    def finish(self, seal: Sealer) -> tuple[str, ...]:
        """The seal of each page, over what stands on it already; then its foot."""
        total, seals = self.page_no(), []
        for page in range(1, total + 1):
            self.page = page
            told = f"第 {page} 页  共 {total} 页"
            self._foot(told)
            contents = self.pages[page].contents
            assert isinstance(contents, bytearray)
            seals.append(seal(page_content(self.stamp.serial, page, bytes(contents))))
            contents += mark(self.stamp.serial, page, seals[-1])
            self._again()
            self.say(LEFT, FOOT + 12, f"页校验码 {in_groups(seals[-1])}", 7.5, QUIET)
        return tuple(seals)

    def _again(self) -> None:
        """Each page says anew which font it uses."""
        self.set_font_size(5)

    def _foot(self, told: str) -> None:
        self._again()
        self.set_draw_color(*QUIET)
        self.set_line_width(0.15)
        self.line(LEFT, FOOT + 4, RIGHT, FOOT + 4)
        self.centred(FOOT + 5, told, 9)
        self.say(LEFT, FOOT + 5, f"打印编号 {self.stamp.serial}", 8, QUIET)
        printed = self.clean(f"{self.stamp.who} 打印于 {self.when:%Y-%m-%d %H:%M:%S}")
        self.say(RIGHT - self.wide(printed, 8), FOOT + 12, printed, 8, QUIET)
