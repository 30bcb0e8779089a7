"""A process that has imported everything, and forks a publisher for each line it reads; see test_kill.py.

It answers each line with the publisher's process id, and, when that has ended, with its wait status.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

HERE = runpy.run_path(str(Path(__file__).with_name("conftest.py")))

HERE["make_client"]("http://127.0.0.1:9")
for line in sys.stdin:
    job = json.loads(line)
    publisher = os.fork()
    if publisher == 0:
        release = HERE["make_named_release"](job["release"])
        HERE["go"](release, HERE["make_client"](job["endpoint"]), job["bucket"])
        os._exit(0)
    print(publisher, flush=True)
    print(os.waitpid(publisher, 0)[1], flush=True)
