"""How the line of a magic is read."""

from __future__ import annotations

import argparse
import shlex
from typing import NoReturn

from mwaa_kit.errors import WrongUsageError


class Words(argparse.ArgumentParser):
    """The words of a magic's line."""

    def __init__(self, name: str, about: str) -> None:
        super().__init__(f"%{name}", description=about, add_help=False, formatter_class=argparse.RawTextHelpFormatter)

    def error(self, message: str) -> NoReturn:
        """Stop with what is wrong, instead of ending the kernel."""
        raise WrongUsageError(f"{self.prog}: {message}", hint=f"see {self.prog}?")

    def read(self, line: str) -> argparse.Namespace:
        """Read a line as a shell would."""
        try:
            return self.parse_intermixed_args(shlex.split(line))
        except ValueError as error:
            raise WrongUsageError(f"{self.prog}: {error}", hint="look at the quotes") from error
