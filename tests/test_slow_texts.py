"""No text of a customer or a colleague keeps the machine busy: four times as long costs about four times as much."""

import json
import re
import subprocess
import sys

import pytest

from tests import slow_texts

CAP_SECONDS, GROWTH = 1.0, 8.0


@pytest.mark.timeout(300)
def test_everything_that_reads_free_text_does_so_in_time() -> None:
    """In a child, which is ended if one of them never comes back. CPU time only: what else runs here counts little."""
    command = [sys.executable, "-m", "tests.slow_texts", str(CAP_SECONDS), str(GROWTH)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=True)
    found = json.loads(done.stdout)
    assert found["bad"] == {}
    assert found["readers"] >= 19


def test_what_grows_with_the_square_is_seen() -> None:
    pattern = re.compile(r"[\s,]+$")
    small, large = (slow_texts.cost(pattern.search, " " * size + "x") for size in (1_000, 8_000))
    assert large > GROWTH * 2 * small
