"""`python bot/serve.py --model PATH --port 5005 --var DIR`"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from bot.environment import prepare

    prepare()
    from bot import without_tensorflow

    without_tensorflow.at_start(sys.argv[1:])
    from bot.server import main

    main()
