"""The store beside kit, which takes no locks: look again at what we wrote, and write it again where it was lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.store import work
from kitops_jupyter.store.files import storing
from kitops_jupyter.store.layout import Layout
from kitops_jupyter.store.lock import locked
from kitops_jupyter.store.recent import Recent

# While kit is seen to write, we stay a little: a small pack of kit's takes 50 to 100 ms.
_TRIES, _PAUSE_S = 5, 0.1


@contextmanager
def session(layout: Layout) -> Iterator[work.Session]:
    """As `work.session`; at its end what was written in it is there, also where kit wrote at the same time."""
    with work.session(layout) as opened:
        yield opened
        for attempt in range(_TRIES):
            if not look_again(layout):
                break
            if attempt + 1 < _TRIES:
                time.sleep(_PAUSE_S)


def look_again(layout: Layout) -> bool:
    """Write again what another program's list has lost of ours; whether another program wrote one at all.

    Without such a list it costs a few stats, and no lock. A store that cannot be written is left as it is.
    """
    try:
        recent = Recent(layout)
        if not recent.is_touched():
            return False
        with locked(layout), storing(layout.root):
            if not recent.is_touched():  # it was one of ours, in the middle of its work
                return False
            work.told(layout, recent.restore())
    except Cancelled:
        raise
    except KitError:
        return False
    return True
