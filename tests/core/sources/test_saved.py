"""Pages as browsers save them whole, and files of other kinds."""

from __future__ import annotations

import plistlib
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from core.sources.recognise import parse
from core.sources.refusals import Damaged
from tests.core.sources.pages import RESULT, RUN, page


@pytest.mark.parametrize("name", [RESULT, RUN])
def test_a_page_in_a_web_message_is_read(name: str) -> None:
    message = MIMEMultipart("related")
    message.attach(MIMEText(page(name).decode(), "html", "utf-8"))
    message.attach(MIMEText("body { color: red }", "css"))
    assert parse(message.as_bytes()) == parse(page(name))
    head = b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.liverc.com/\r\n"
    assert parse(head + message.as_bytes()) == parse(page(name))


@pytest.mark.parametrize("name", [RESULT, RUN])
def test_a_page_in_a_web_archive_is_read(name: str) -> None:
    archive = {"WebMainResource": {"WebResourceData": page(name)}}
    assert parse(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)) == parse(page(name))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04" + b"\0" * 50, "save it as CSV"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x1f\x8b\x08", "a packed file"),
        (b"bplist00" + b"\0" * 50, "no page in that archive"),
        (plistlib.dumps([1, 2], fmt=plistlib.FMT_BINARY), "no page in that archive"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n", "no page in that"),
    ],
)
def test_other_files_are_refused_and_say_what_to_send(data: bytes, sentence: str) -> None:
    with pytest.raises(Damaged, match=sentence):
        parse(data)
