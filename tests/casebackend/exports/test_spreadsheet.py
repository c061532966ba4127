"""F67 once more, with a real spreadsheet: LibreOffice opens our files, and every cell still says what was written."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from casebackend.exports.rules import Format, restored
from tests.casebackend.exports.payloads import PAYLOADS
from tests.casebackend.exports.test_sheets import MARK, TABLE, made

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice Calc is missing: sudo apt-get install -y libreoffice-calc-nogui"
)
# Comma, quotes, UTF-8, all quoted, cells as they are shown: what was computed is shown as its result.
SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false"
# Into cells with everything guessed that can be: numbers, days, formulas.
GUESSED = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"


def shown(content: bytes, form: Format, folder: Path) -> list[list[str]]:
    """What stands in the cells after LibreOffice has opened the file."""
    given, out = folder / f"export.{form}", folder / "out"
    given.write_bytes(content)
    command = [str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += [GUESSED] if form is Format.CSV else []
    command += ["--convert-to", SHOWN, "--outdir", str(out), str(given)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert (out / "export.csv").is_file(), done.stderr
    with (out / "export.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def one_line_end(text: str) -> str:
    """A cell has one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("form", Format)
def test_a_spreadsheet_computes_nothing_and_shows_every_cell_as_it_was_written(form: Format, tmp_path: Path) -> None:
    rows = shown(made(form, MARK, [], [TABLE]), form, tmp_path)
    told = [row[1] for row in rows[2:-1]]
    said = [restored(cell) if form is Format.CSV else cell for cell in told]
    assert [one_line_end(cell) for cell in said] == [one_line_end(text) for text in PAYLOADS]
    assert rows[0][0] == rows[-1][0] == MARK.line


def test_the_spreadsheet_would_compute_what_nobody_defused(tmp_path: Path) -> None:
    bare = "\ufeff" + "".join(f'"{text}"\r\n' for text in ("=1+1", "'=1+1"))
    assert [row[0] for row in shown(bare.encode(), Format.CSV, tmp_path)] == ["2", "'=1+1"]
