"""What differs inside two files: cells, lines, values. Every file is hostile: limits first, then parsers.

`compare` takes two files that can be read in parts, wherever they are, and says what differs in the terms of their
kind; what is not understood, too large or too far away to be read is only said to differ. It runs nothing of a file.
"""

from kitops_jupyter.comparing.kinds import Compared, compare
from kitops_jupyter.comparing.results import (
    CellChange,
    ColumnChange,
    Content,
    NotebookChange,
    TableChange,
    TensorChange,
    TensorsChange,
    TextChange,
    ValueChange,
    ValuesChange,
)
from kitops_jupyter.comparing.sides import Budget, Bytes, Everywhere, Pair, Span, Spans, TooFar
from kitops_jupyter.comparing.values import difference

__all__ = [
    "Budget",
    "Bytes",
    "CellChange",
    "ColumnChange",
    "Compared",
    "Content",
    "Everywhere",
    "NotebookChange",
    "Pair",
    "Span",
    "Spans",
    "TableChange",
    "TensorChange",
    "TensorsChange",
    "TextChange",
    "TooFar",
    "ValueChange",
    "ValuesChange",
    "compare",
    "difference",
]
