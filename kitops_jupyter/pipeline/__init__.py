"""How bytes move: read once into a few large buffers, and every sink takes them in a thread of its own."""

from kitops_jupyter.pipeline.buffers import BUFFER_BYTES, aligned_buffer
from kitops_jupyter.pipeline.disk_errors import disk_error
from kitops_jupyter.pipeline.output_file import OutputFile
from kitops_jupyter.pipeline.pool import Stoppable, run_all
from kitops_jupyter.pipeline.pump import pump
from kitops_jupyter.pipeline.sinks import ByteSink, FileSink, NoSink, OpenFileSink, Sha256Sink, sinks_of

__all__ = [
    "BUFFER_BYTES",
    "ByteSink",
    "FileSink",
    "NoSink",
    "OpenFileSink",
    "OutputFile",
    "Sha256Sink",
    "Stoppable",
    "aligned_buffer",
    "disk_error",
    "pump",
    "run_all",
    "sinks_of",
]
