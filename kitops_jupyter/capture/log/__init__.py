"""What training logs in this process: kept in memory until a pack takes it along as files."""

from kitops_jupyter.capture.log.files import (
    LIMIT_BYTES,
    METRICS,
    NAMES,
    PARAMS,
    SERIES,
    SIDECAR,
    Write,
    keep_log,
    parse_log,
)
from kitops_jupyter.capture.log.process_log import LOG, Logged, ProcessLog
from kitops_jupyter.capture.log.series import Point

__all__ = [
    "LIMIT_BYTES",
    "LOG",
    "METRICS",
    "NAMES",
    "PARAMS",
    "SERIES",
    "SIDECAR",
    "Logged",
    "Point",
    "ProcessLog",
    "Write",
    "keep_log",
    "parse_log",
]
