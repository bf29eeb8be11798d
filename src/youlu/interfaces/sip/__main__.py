"""`python -m youlu.interfaces.sip FILE`: the program without the rest of Youlu in its memory."""

import sys
from pathlib import Path

from youlu.interfaces.sip.program import run

run(Path(sys.argv[1]), level=sys.argv[2] if len(sys.argv) > 2 else "INFO")
