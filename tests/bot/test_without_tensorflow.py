"""The bot serves without TensorFlow exactly as with it, and only where no component needs it."""

import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from bot.without_tensorflow import LEFT_OUT, needed
from tests.bot.conftest import Bot

ROOT = Path(__file__).resolve().parents[2]
SAID = [("我要投诉", None), ("昨天扣了我200块", "field.facts"), ("金额改成300", "confirm"), ("谢谢", None), ("…", None)]

SERVE = """
import asyncio, json, sys
sys.path.insert(0, {root!r})
from bot.environment import prepare
prepare()
from bot import without_tensorflow
without_tensorflow.at_start(["--port", "1", "--model", {model!r}])
from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage
from bot import logs, server, turns
logs.configure()
turns.install()
agent = asyncio.run(load_agent(model_path={model!r}))
asyncio.run(server.warm_up(agent))
said = []
for text, asked in json.loads({said!r}):
    message = UserMessage(text, metadata={{"asked": asked, "turn_id": "t"}})
    said.append(asyncio.run(agent.processor.parse_message(message))["intent"]["name"])
import tensorflow
print(json.dumps([said, tensorflow.__version__]))
"""


def test_it_reads_as_it_does_with_tensorflow(bot: Bot, model: Path) -> None:
    script = SERVE.format(root=str(ROOT), model=str(model), said=json.dumps(SAID))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said, version = json.loads(done.stdout.splitlines()[-1])
    assert version == "0"
    assert said == [bot.purpose(text, asked) for text, asked in SAID]


def archive(tmp_path: Path, *uses: str) -> Path:
    nodes = {str(at): {"uses": each} for at, each in enumerate(uses)}
    metadata = json.dumps({"predict_schema": {"nodes": nodes}}).encode()
    made = tmp_path / "model.tar.gz"
    with tarfile.open(made, "w:gz") as tar:
        entry = tarfile.TarInfo("metadata.json")
        entry.size = len(metadata)
        tar.addfile(entry, io.BytesIO(metadata))
    return made


def test_a_model_with_a_component_that_we_do_not_know_gets_all_of_tensorflow(tmp_path: Path, model: Path) -> None:
    rules = "rasa.core.policies.rule_policy.RulePolicy"
    assert not needed(model)
    assert not needed(archive(tmp_path, "bot.components.purposes.Purposes", rules))
    assert needed(archive(tmp_path, rules, "rasa.nlu.classifiers.diet_classifier.DIETClassifier"))
    assert needed(archive(tmp_path, "somebody.elses.Component"))


def test_what_is_left_out_is_imported_by_us_only_while_we_train() -> None:
    wanted = re.compile(rf"^(?:import|from)\s+(?:{'|'.join(sorted(LEFT_OUT))})\b", re.MULTILINE)
    for source in (ROOT / "bot").rglob("*.py"):
        if ".venv" not in source.parts:
            assert not wanted.search(source.read_text("utf-8")), source
