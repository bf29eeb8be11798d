"""A process of the web server ends with its parent."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """End when the server's first process is killed: this one would answer on, holding the port, and after an upgrade
    with the old program, beside the server that was started in the parent's place. Linux and granian only."""
    parent = multiprocessing.parent_process()
    if sys.platform != "linux" or parent is None:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent.pid:  # killed before we asked to hear of it
        os.kill(os.getpid(), signal.SIGKILL)
