"""A process of the web server does not outlive its parent, whenever that one is killed."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The parent forks and ends at once; the child says whether it lives on after it has asked to hear of that.
PROGRAM = """
import multiprocessing, os, sys, threading
from youlu.config.parentage import die_with_parent

def child(asks_first, has_asked):
    parent = multiprocessing.parent_process().pid
    if asks_first:
        die_with_parent()
        os.write(1, b"asked ")
    os.write(has_asked, b".")
    while os.getppid() == parent:
        threading.Event().wait(0.01)
    die_with_parent()
    os.write(1, b"lives on")

if __name__ == "__main__":
    heard, has_asked = os.pipe()
    multiprocessing.get_context("fork").Process(target=child, args=(sys.argv[1] == "asks first", has_asked)).start()
    os.read(heard, 1)
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
@pytest.mark.parametrize(("when", "said"), [("asks first", "asked "), ("asks too late", "")])
def test_it_ends_with_its_parent_whether_that_dies_after_it_asked_or_before(when: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, when], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == said
