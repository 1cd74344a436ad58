"""How bytes move: read once into a few large buffers, and every sink takes them in a thread of its own."""

from kitops_jupyter.pipeline.buffers import BUFFER_BYTES, aligned_buffer
from kitops_jupyter.pipeline.disk_errors import disk_error
from kitops_jupyter.pipeline.output_file import OutputFile
from kitops_jupyter.pipeline.pool import Stoppable, run_all
from kitops_jupyter.pipeline.pump import pump, pump_verified
from kitops_jupyter.pipeline.sinks import ByteSink, FileSink, NoSink, OpenFileSink, sinks_of

__all__ = [
    "BUFFER_BYTES",
    "ByteSink",
    "FileSink",
    "NoSink",
    "OpenFileSink",
    "OutputFile",
    "Stoppable",
    "aligned_buffer",
    "disk_error",
    "pump",
    "pump_verified",
    "run_all",
    "sinks_of",
]
