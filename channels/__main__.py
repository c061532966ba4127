import sys

from pydantic import ValidationError

from channels import logging
from channels.app import create_app
from channels.settings import Settings


def main() -> None:
    try:
        settings = Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = ", ".join(f"TINGSU_{str(fault['loc'][0]).upper()} ({fault['type']})" for fault in error.errors())
        sys.exit(f"channels 无法启动，请检查环境变量：{wrong}")
    logging.configure()
    app = create_app(settings)
    cert, key = settings.tls_certificate, settings.tls_key
    tls = {"cert": str(cert), "key": str(key)} if cert and key else None
    app.run(
        settings.channels_host,
        settings.channels_port,
        ssl=tls,
        single_process=True,
        access_log=False,
        motd=False,
        debug=False,
    )


if __name__ == "__main__":
    main()
