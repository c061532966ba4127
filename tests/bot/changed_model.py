"""`python tests/bot/changed_model.py MODELS`: the model of today with one purpose less, all whose examples now stand
for another: "thanks" is taken for "goodbye". Prints its path; trained once for each training data."""

import contextlib
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAS, IS = "intent: thanks", "intent: goodbye"


def main() -> None:
    from bot.train import content_hash  # noqa: PLC0415

    config, models = ROOT / "bot" / "config.yml", Path(sys.argv[1])
    model = models / f"replay-{content_hash(config)}.tar.gz"
    if not model.exists():
        from rasa.api import train  # noqa: PLC0415

        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            data = Path(folder) / "nlu"
            shutil.copytree(ROOT / "training_data" / "nlu", data)
            for path in data.glob("*.yml"):
                path.write_text(path.read_text("utf-8").replace(WAS, IS), "utf-8")
            result = train(
                domain=str(ROOT / "bot" / "domain"),
                config=str(config),
                training_files=[str(data), str(ROOT / "training_data" / "rules")],
                output=folder,
                fixed_model_name="changed",
                force_training=True,
            )
            models.mkdir(parents=True, exist_ok=True)
            building = models / f"building-{os.getpid()}"
            shutil.copy(result.model, building)
            building.replace(model)
    sys.stdout.write(f"{model}\n")


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    from bot.environment import prepare

    prepare()
    main()
