"""`python -m actions`: the action endpoint on loopback."""

from actions.server import create_app
from actions.settings import Settings
from casebackend import logging

if __name__ == "__main__":
    logging.configure("actions")
    settings = Settings()  # type: ignore[call-arg]
    app = create_app(settings)
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)
