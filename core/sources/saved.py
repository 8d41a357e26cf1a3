"""Pages as browsers save them whole, and files of other kinds."""

from __future__ import annotations

import email
import email.policy
import plistlib
from email.errors import MessageError
from typing import Final

from core.sources.refusals import Damaged

_ARCHIVE: Final = b"bplist00"
_MESSAGE: Final = (b"from:", b"mime-version:", b"content-type: multipart/related")
_OTHERS: Final = (
    (b"PK\x03\x04", "a spreadsheet or zip file: save it as CSV, and send that"),
    (b"%PDF", "a PDF: send the page itself, or its link"),
    (b"\x89PNG", "a picture: send the page itself, or its link"),
    (b"\xff\xd8\xff", "a picture: send the page itself, or its link"),
    (b"GIF8", "a picture: send the page itself, or its link"),
    (b"RIFF", "a picture: send the page itself, or its link"),
    (b"\x1f\x8b", "a packed file: unpack it, and send what is in it"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet: save it as CSV, and send that"),
)


def unwrapped(data: bytes) -> bytes:
    """Return the page in a file: Chrome's ``.mhtml`` and Safari's ``.webarchive`` are taken apart.

    Raises:
        Damaged: It is a file of another kind, or one of these without a page in it.
    """
    for start, what in _OTHERS:
        if data.startswith(start):
            raise Damaged(f"That is {what}.")
    if data.startswith(_ARCHIVE):
        return _web_archive(data)
    head = data[:2000].lstrip().lower()
    if head.startswith(_MESSAGE) and b"multipart/related" in data[:4000].lower():
        return _web_message(data)
    return data


def _web_archive(data: bytes) -> bytes:
    try:
        archive = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
        page = archive["WebMainResource"]["WebResourceData"]
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        page = None
    if not isinstance(page, bytes):
        raise Damaged("There is no page in that archive: save the page as HTML, and send that.")
    return page


def _web_message(data: bytes) -> bytes:
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        for part in message.walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                if isinstance(page, bytes):
                    return page
    except (MessageError, ValueError, LookupError, RecursionError):
        pass
    raise Damaged("There is no page in that archive: save the page as HTML, and send that.")
