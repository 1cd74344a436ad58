"""What training logs in this process: kept in memory until a pack takes it along as files."""

from kitops_jupyter.capture.log.files import (
    LOG_LIMIT_BYTES,
    LOG_SIDECAR,
    METRICS,
    NAMES,
    PARAMS,
    SERIES,
    Write,
    keep_log,
    parse_log,
)
from kitops_jupyter.capture.log.process_log import LOG, Logged, ProcessLog, number
from kitops_jupyter.capture.log.series import Point

__all__ = [
    "LOG",
    "LOG_LIMIT_BYTES",
    "LOG_SIDECAR",
    "METRICS",
    "NAMES",
    "PARAMS",
    "SERIES",
    "Logged",
    "Point",
    "ProcessLog",
    "Write",
    "keep_log",
    "number",
    "parse_log",
]
