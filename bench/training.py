"""Trained models, cached by what they are made of, and what their training cost."""

import os
import resource
import subprocess
import time
from pathlib import Path

from ops.demo import ROOT

OURS = ROOT / "bot" / "config.yml"
STOCK = ROOT / "bot" / "stock" / "config.yml"
MODELS = ROOT / "var" / "models"


def trained(config: Path = OURS, out: Path = MODELS) -> Path:
    """Beside a model that is made now, its CPU seconds are noted."""
    began, used = time.time(), _children()
    command = ["nice", "-n", "10", "bot/.venv/bin/python", "bot/train.py", "--config", str(config), "--out", str(out)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    model = ROOT / said.split()[-1]
    if os.stat(model).st_mtime >= began:
        _note(model).write_text(f"{_children() - used:.1f}\n")
    return model


def cost(model: Path) -> float | None:
    """CPU seconds; None when the model was made by somebody else."""
    note = _note(model)
    return float(note.read_text()) if note.exists() else None


def _note(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".cpu")


def _children() -> float:
    """CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
