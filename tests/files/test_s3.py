"""The same acts on a real S3 server, which the tests start themselves."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import config
from ledger import dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.domain.access import SYSTEM
from ledger.domain.errors import FileAltered, Unavailable
from ledger.domain.evidence import Evidence
from ledger.files import store_blobs
from tests.conftest import Browser, make_settings
from tests.factories import Factory
from tests.files.conftest import OFFICER, place_of, send
from tests.files.samples import PDF, pdf

pytestmark = pytest.mark.slow
BUCKET = "evidence"


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """A server of its own on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _try in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the S3 server did not start")


@pytest.fixture
def bucket(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, with the usual variables that lead to it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ledger")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"})
    yield client
    for key in keys(client):
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)
    client.close()


@pytest.fixture
def settings(database_urls: dict[str, str], tmp_path: Path, bucket: Any) -> config.Settings:
    """An application whose files lie in the bucket."""
    return make_settings(database_urls, tmp_path, LEDGER_FILES=f"s3://{BUCKET}/ledger")


def keys(client: Any) -> list[str]:
    return [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_file_goes_to_the_bucket_and_comes_back(sign_in: Any, document_id: int, bucket: Any) -> None:
    browser: Browser = sign_in(OFFICER)
    for _time in range(2):
        assert send(browser, place_of(document_id), PDF).status_code == 303
    digest = hashlib.sha256(PDF).hexdigest()
    assert keys(bucket) == [f"ledger/220100/{digest[:2]}/{digest}"]
    page = browser.get(place_of(document_id)).get_data(as_text=True)
    url = page.partition('" download')[0].rpartition('"')[2]
    assert browser.get(url).get_data() == PDF
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
    bucket.put_object(Bucket=BUCKET, Key=keys(bucket)[0], Body=pdf("swapped"))
    assert browser.get(url).status_code == 409
    (failure,) = dispatch.ask(CheckBooks(), SYSTEM)
    assert (failure.expected, failure.found) == (digest, hashlib.sha256(pdf("swapped")).hexdigest())


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_a_file_as_large_as_may_be_goes_there_too(make: Factory, bucket: Any, app: Any) -> None:
    large = Evidence(io.BytesIO(PDF.ljust(20 * 1024 * 1024, b"\0")), "大.pdf")
    assert [store_blobs.keep("220100", large) for _time in range(2)] == ["kept", "there"]
    with store_blobs.fetch("220100", large.sha256) as content:
        assert len(content.read()) == large.size


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_a_lost_object_and_a_silent_server_are_told_apart(
    bucket: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Evidence(io.BytesIO(PDF), "凭证.pdf")
    with pytest.raises(FileAltered, match="找不到"):
        store_blobs.fetch("220100", file.sha256)
    store_blobs.configure("s3://no-such-bucket/ledger")
    with pytest.raises(Unavailable):
        store_blobs.keep("220100", file)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    store_blobs.configure(f"s3://{BUCKET}/ledger")
    with pytest.raises(Unavailable):
        store_blobs.fetch("220100", file.sha256)
