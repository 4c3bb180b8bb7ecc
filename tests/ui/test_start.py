"""What the server does once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

from explorer.ui import start

MEGABYTE = 2**20
EDGE = b"--edge"


@pytest.fixture
def as_before(monkeypatch):
    """Let what the test sets be forgotten after it."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)


def sent(size: int) -> Request:
    """A form with one file, as a browser sends it."""
    head = b'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = EDGE + b"\r\n" + head + b"x" * size + b"\r\n" + EDGE + b"--\r\n"

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"multipart/form-data; boundary=edge")]
    return Request({"type": "http", "method": "PUT", "headers": headers}, receive)


def touches_disk(request: Request) -> bool:
    async def parsed() -> bool:
        async with request.form() as form:
            (file,) = (value for value in form.values() if isinstance(value, UploadFile))
            return file.file._rolled

    # In a thread of its own: the browser tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, parsed()).result()


@pytest.mark.usefixtures("as_before")
def test_an_upload_is_never_put_on_disk_while_it_arrives():
    MultiPartParser.spool_max_size = MEGABYTE  # as Starlette has it
    assert touches_disk(sent(3 * MEGABYTE))
    start.keep_uploads_in_memory()
    assert not touches_disk(sent(3 * MEGABYTE))
