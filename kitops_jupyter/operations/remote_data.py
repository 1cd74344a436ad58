"""Data sets that a Kitfile only points at: objects in S3, and other kits.

S3 is reached through boto3 (the extra `s3`); an object is the one that was meant only while its ETag is the Kitfile's
`remoteHash`. Source: format.md, "Unpacking"; kit-2026.md 4.4.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kitops_jupyter.errors import DigestMismatch, KitError, MissingDependency, NotFound
from kitops_jupyter.kitfile import Dataset, Kitfile
from kitops_jupyter.pipeline import disk_error
from kitops_jupyter.progress import Event, Observer, beside
from kitops_jupyter.reference import is_modelkit_reference
from kitops_jupyter.settings import Settings


def is_object(dataset: Dataset) -> bool:
    """Whether the data set is an object in S3."""
    return dataset.remote_path.startswith("s3://")


def is_kit(dataset: Dataset) -> bool:
    """Whether the data set is another kit's data."""
    return bool(dataset.remote_path) and not is_object(dataset) and is_modelkit_reference(dataset.remote_path)


def check_remote_data(kitfile: Kitfile, settings: Settings) -> None:
    """Ask S3 whether every object is the one that the Kitfile means. Raises NotFound, DigestMismatch."""
    for dataset in kitfile.datasets:
        if is_object(dataset):
            _ask(dataset, settings, "head_object")


def object_bytes(dataset: Dataset, settings: Settings) -> int:
    """The object's size. Raises NotFound, DigestMismatch."""
    return int(_ask(dataset, settings, "head_object")["ContentLength"])


def fetch_object(dataset: Dataset, new_file: Callable[[], int | None], settings: Settings, observe: Observer) -> int:
    """Write the object to a new file, which is opened once the object is there; returns its size.

    Without a file (None) nothing is written, and 0 returned. Raises NotFound, DigestMismatch, StorageFull.
    """
    answer = _ask(dataset, settings, "get_object", IfMatch=f'"{dataset.remote_hash}"')
    total, done = int(answer["ContentLength"]), 0
    observe(Event("started", dataset.path, 0, total))
    descriptor = new_file()
    if descriptor is None:
        return 0
    try:
        with os.fdopen(descriptor, "wb") as stream:
            chunks = answer["Body"].iter_chunks(1 << 20)
            while chunk := beside(lambda: next(chunks, b""), name="kit-s3"):
                stream.write(chunk)
                done += len(chunk)
                observe(Event("advanced", dataset.path, done, total))
    except OSError as problem:
        raise disk_error(problem, dataset.path) from problem
    if done != total:
        raise DigestMismatch(f"{dataset.remote_path}: got {done} bytes, expected {total}")
    observe(Event("finished", dataset.path, done, total))
    return done


def _ask(dataset: Dataset, settings: Settings, verb: str, **more: str) -> Any:
    """One S3 request for the object; its ETag must be the Kitfile's."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise MissingDependency("boto3", "s3", f"the data set {dataset.remote_path}") from None
    place = urlsplit(dataset.remote_path)
    if version := parse_qs(place.query).get("versionId"):
        more["VersionId"] = version[0]
    try:
        ask = getattr(_client(boto3, settings), verb)
        answer = beside(lambda: ask(Bucket=place.netloc, Key=place.path.lstrip("/"), **more), name="kit-s3")
    except (BotoCoreError, ClientError) as problem:
        status = getattr(problem, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status == 404:
            raise NotFound(f"{dataset.remote_path}: no such object") from None
        if status == 412:
            raise DigestMismatch(
                f"{dataset.remote_path} has changed: its ETag is no longer {dataset.remote_hash}"
            ) from None
        raise KitError(f"{dataset.remote_path}: {problem}") from problem
    etag = str(answer["ETag"]).strip('"')
    if etag != dataset.remote_hash.strip('"'):
        raise DigestMismatch(f"{dataset.remote_path}: its ETag is {etag}, the Kitfile says {dataset.remote_hash}")
    return answer


def _client(boto3: Any, settings: Settings) -> Any:
    from botocore.config import Config

    s3 = settings.s3
    style = {"s3": {"addressing_style": "path"}} if s3.endpoint else {}
    return boto3.client(
        "s3",
        endpoint_url=s3.endpoint or None,
        region_name=s3.region or None,
        aws_access_key_id=s3.access_key_id or None,
        aws_secret_access_key=s3.secret_key or None,
        config=Config(retries={"mode": "standard", "max_attempts": 4}, **style),
    )
