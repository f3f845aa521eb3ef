"""Where the bytes of evidence lie: a folder or an S3 bucket, each blob under its tenant and its own hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from ledger.domain.errors import FileAltered, Unavailable
from ledger.domain.evidence import CHUNK_BYTES, Evidence

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

_CLIENT: Final[ClientConfig] = {"connect_timeout": "5s", "timeout": "60s"}
_RETRY: Final[RetryConfig] = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
_PLACES: Final[list[str]] = []
_OPEN: Final[dict[str, LocalStore | S3Store]] = {}


def configure(place: str) -> None:
    """Keep files in `place` from now on, a folder or `s3://…`; nothing is opened before it is used."""
    _PLACES[:] = [place]
    _OPEN.clear()


def keep(tenant_code: str, evidence: Evidence) -> str:
    """Bring a file's bytes into the store, unless they lie there already; how: `kept`, `there` or `mended`.

    A blob whose bytes were altered is written anew: its hash says what belongs there.

    Raises:
        Unavailable: the store does not answer.
    """
    found = found_hash(tenant_code, evidence.sha256)
    if found == evidence.sha256:
        return "there"
    path = _path(tenant_code, evidence.sha256)
    with _answering():
        try:
            # One request: the object is there as a whole, or not at all.
            obstore.put(_store(), path, evidence.content(), use_multipart=False)
            _settle(path)
        except FileNotFoundError as error:
            # There is no such bucket, or the folder went away.
            raise OSError(path) from error
    return "kept" if found is None else "mended"


def found_hash(tenant_code: str, sha256: str) -> str | None:
    """The hash of the bytes that lie where those of `sha256` belong; None where there is nothing.

    Raises:
        Unavailable: the store does not answer.
    """
    digest = hashlib.sha256()
    try:
        for chunk in _chunks(tenant_code, sha256):
            digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def fetch(tenant_code: str, sha256: str) -> IO[bytes]:
    """The bytes of a blob in a temporary file, checked to their end before the first of them is given away.

    Raises:
        FileAltered: there is nothing, or something else. Unavailable: the store does not answer.
    """
    digest = hashlib.sha256()
    copy = tempfile.TemporaryFile()  # noqa: SIM115  closed by whoever sends it
    try:
        for chunk in _chunks(tenant_code, sha256):
            digest.update(chunk)
            copy.write(chunk)
    except FileNotFoundError as error:
        copy.close()
        raise FileAltered(
            "存储里找不到这个文件，不能下载。记录的校验值是 {expected}。请把这一情况报告系统管理员。", expected=sha256
        ) from error
    except BaseException:
        copy.close()
        raise
    if digest.hexdigest() != sha256:
        copy.close()
        raise FileAltered(
            "存储里的文件与记录不符，不能下载。记录的校验值是 {expected}，现在是 {found}。请把这一情况报告系统管理员。",
            expected=sha256,
            found=digest.hexdigest(),
        )
    copy.seek(0)
    return copy


def _chunks(tenant_code: str, sha256: str) -> Iterator[bytes]:
    with _answering():
        for chunk in obstore.get(_store(), _path(tenant_code, sha256)).stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)


def _path(tenant_code: str, sha256: str) -> str:
    # A tenant's blobs are its own: whether another one has the same file cannot be learned.
    return f"{tenant_code}/{sha256[:2]}/{sha256}"


def _store() -> LocalStore | S3Store:
    (place,) = _PLACES
    if place not in _OPEN:
        _OPEN[place] = _opened(place)
    return _OPEN[place]


def _opened(place: str) -> LocalStore | S3Store:
    if not place.startswith("s3://"):
        # Nobody else on the machine reads what offices handed in.
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(place)
    # Keys, region and address come from AWS_*; an address without TLS has to be meant.
    is_plain = any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS)
    client: ClientConfig = {**_CLIENT, "allow_http": True} if is_plain else _CLIENT
    return S3Store.from_url(place, client_options=client, retry_config=_RETRY)


_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def _settle(path: str) -> None:
    """Have a folder's new file and its name reach the disk: the row that names it is going to."""
    store = _store()
    if not isinstance(store, LocalStore) or store.prefix is None:
        return
    file = Path(store.prefix) / path
    for place in (file, file.parent, file.parent.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise Unavailable("存放附件的地方没有应答。请稍后重试；若仍不行，请告诉管理员。") from error
