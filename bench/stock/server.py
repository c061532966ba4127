"""Our actions on rasa-sdk's own server, as `python -m rasa_sdk` would start it."""

import sys

from rasa_sdk.endpoint import run
from rasa_sdk.executor import ActionExecutor

from bench.stock.actions import STOCK

if __name__ == "__main__":
    executor = ActionExecutor()
    for action in STOCK:
        executor.register_action(action(None))  # type: ignore[arg-type]
    run(executor, port=int(sys.argv[1]))
