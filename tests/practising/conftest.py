from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from support_practice import (  # noqa: F401
    _started_practice,
    mwaa,
    practice,
    practice_home,
    publish,
    rest,
    s3,
    waiting,
)
