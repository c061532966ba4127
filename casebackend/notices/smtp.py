from email.message import EmailMessage

import aiosmtplib

from casebackend.notices.ports import NotSent, Outgoing, Refused
from casebackend.settings import Settings

PERMANENT = 500
SECONDS = 15


class SmtpSender:
    """Mail over one SMTP server of the bank."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def send(self, message: Outgoing) -> None:
        """An answer of the server, whichever, says for certain. A line that breaks after that says nothing."""
        given = self.settings
        password = given.smtp_password.get_secret_value() if given.smtp_password else None
        client = aiosmtplib.SMTP(
            hostname=given.smtp_host, port=given.smtp_port, start_tls=given.smtp_starttls, timeout=SECONDS
        )
        try:
            await client.connect()
            if given.smtp_user and password:
                await client.login(given.smtp_user, password)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__) from error
        try:
            await client.send_message(self._mail(message))
        except aiosmtplib.SMTPRecipientsRefused as error:
            worst = max((each.code for each in error.recipients), default=PERMANENT)
            raise (Refused if worst >= PERMANENT else NotSent)("SMTPRecipientsRefused") from error
        except aiosmtplib.SMTPResponseException as error:
            if error.code < 400:
                raise
            raise (Refused if error.code >= PERMANENT else NotSent)(type(error).__name__) from error
        finally:
            client.close()

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.settings.smtp_from, message.address, message.subject
        mail["Message-ID"] = f"<{message.id}@tingsu>"
        mail.set_content(message.text)
        return mail
