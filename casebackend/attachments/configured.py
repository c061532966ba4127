"""What the settings say about files, in the words of this room."""

from casebackend.attachments.receiving import MB, Limits
from casebackend.attachments.service import Policy
from casebackend.settings import Settings


def upload_limits(settings: Settings) -> Limits:
    return Limits(
        file_bytes=settings.attachment_file_mb * MB,
        request_bytes=settings.attachment_request_mb * MB,
        request_files=settings.attachment_request_files,
        case_bytes=settings.attachment_case_mb * MB,
        case_files=settings.attachment_case_files,
        reserve_bytes=settings.attachment_reserve_mb * MB,
    )


def scanning(settings: Settings) -> Policy:
    """Whoever names a scanner means it: then it is required, unless said otherwise."""
    required = settings.scan_required if settings.scan_required is not None else settings.clamd is not None
    return Policy(scanned=settings.clamd is not None, required=required)
