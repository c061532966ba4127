import subprocess
import sys
from pathlib import Path

import pytest

from channels.logging import only_allowed


def test_a_field_that_is_not_listed_never_reaches_the_log() -> None:
    line = only_allowed(None, "info", {"event": "turn.answered", "text": "我叫王小明", "phone": "138", "turn_id": "t"})
    assert line == {"event": "turn.answered", "turn_id": "t"}


@pytest.mark.parametrize("program", ["channels", "actions"])
def test_neither_program_prints_the_text_of_an_exception(program: str, tmp_path: Path) -> None:
    configure = {
        "channels": "from channels import logging as ours; ours.configure()",
        "actions": "from casebackend import logging as ours; ours.configure('actions')",
    }[program]
    assert program == "channels" or "logging.configure(" in Path("actions/__main__.py").read_text()
    script = tmp_path / "script.py"
    script.write_text(
        f"import logging, structlog\n{configure}\n"
        "structlog.get_logger().error('request.crashed', text='王小明')\n"
        "try:\n    int('王小明')\nexcept ValueError:\n    logging.getLogger('sanic').exception('王小明')\n"
    )
    told = subprocess.run([sys.executable, script], env={"PYTHONPATH": "."}, capture_output=True, check=True)
    said = (told.stdout + told.stderr).decode()
    assert "request.crashed" in said
    assert "script.py:5" in said
    assert "王小明" not in said
