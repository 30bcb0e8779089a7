"""``python -m mwaa_kit.practising``: become the supervisor, detached from whoever started it."""

import os
import sys
from pathlib import Path

from mwaa_kit.practising.supervisor import main

if os.fork():
    os._exit(0)  # the supervisor is nobody's child: no starter has to wait for it
main(int(sys.argv[1]), Path(sys.argv[2]))
