"""Files are bytes with a hash: a content-addressed store over a folder or a bucket.

What is stored under a hash is what hashes to it: a damaged file is never
handed out.  Writing the same bytes again changes nothing.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from teikei.domain.errors import Unavailable, Unknown


class FileStore:
    """Bytes by SHA-256 (hex). `where` is a folder, or a URL such as `s3://bucket/prefix`."""

    def __init__(self, where: str | Path) -> None:
        self._folder = None if "://" in str(where) else Path(where)
        self._store: ObjectStore = (
            LocalStore(prefix=self._folder, mkdir=True) if self._folder else from_url(str(where))
        )

    def put(self, content: bytes) -> str:
        """Store bytes, whole or not at all, on disk before this returns; their SHA-256. `Unavailable("files.unavailable")`."""
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            if not self.exists(sha256):
                obstore.put(self._store, _place(sha256), content)
                self._settle(sha256)
        except (BaseError, OSError) as error:
            raise Unavailable("files.unavailable") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; `Unknown("thing.unknown")` when there are none, `Unavailable("files.unavailable")` when they are others."""
        try:
            content = bytes(obstore.get(self._store, _place(sha256)).bytes())
        except FileNotFoundError:
            raise Unknown("thing.unknown") from None
        except (BaseError, OSError) as error:
            raise Unavailable("files.unavailable") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Unavailable("files.unavailable")
        return content

    def exists(self, sha256: str) -> bool:
        """Is there a whole file under this hash? One of another hash counts as none, and is written anew."""
        try:
            return (
                hashlib.sha256(bytes(obstore.get(self._store, _place(sha256)).bytes())).hexdigest() == sha256
            )
        except FileNotFoundError:
            return False

    def _settle(self, sha256: str) -> None:
        """A folder keeps what was renamed into it only after a sync of file and folder."""
        if self._folder is None:
            return
        path = self._folder / _place(sha256)
        for each in (path, path.parent, self._folder):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _place(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
