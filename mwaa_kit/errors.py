"""What stops the kit: one family of exceptions, each named for a fact.

A mistake that can be mended in the notebook is a :class:`~mwaa_kit.model.finding.Finding`, never an exception. What is
here ends the verb, with a message of one line, the file it speaks of, a next step, and the exit code of
``interfaces.md``.

    MwaaKitError
    ├── UnreadableInputError          exit 2: what was given cannot be read
    │   ├── MissingInputError
    │   ├── NotANotebookError
    │   ├── OtherLanguageError
    │   └── RecordUnreadableError
    ├── WrongUsageError               exit 2: the question cannot be asked
    │   ├── UnknownDagError
    │   ├── UnknownTaskError
    │   ├── UnknownTargetError
    │   ├── UnknownRunError
    │   ├── UnknownEnvironmentError
    │   └── ConfigurationError
    ├── NoTaskError                   exit 1: a notebook or file without a task
    ├── RefusedError                  exit 1: something stands in the way, and nothing was changed
    │   ├── UncompiledNotebookError
    │   ├── DagImportError
    │   ├── NewerCopyError
    │   ├── AirflowRefusedError     (in operating/rest.py)
    │   ├── BucketRefusedError
    │   └── NotLiveError
    ├── EnvironmentUnreachableError   exit 3
    │   ├── AirflowMissingError
    │   ├── InterpreterError
    │   ├── LinterTooOldError
    │   ├── PracticeError
    │   └── WorkerError
    └── CancelledError                exit 130
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from mwaa_kit.model.finding import CellLocation


class MwaaKitError(Exception):
    """Whatever the kit raises on purpose.

    Parameters
    ----------
    message
        What happened, in one line.
    path
        The file it happened to, as the user wrote it; empty where there is none.
    at
        The cell and line it happened in, where they are known; its path goes before `path`.
    hint
        What the reader can do next; empty where nothing can be done.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, path: str = "", at: CellLocation | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = at.path if at else path
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        where = str(self.at) if self.at else self.path
        return f"{where}: {self.message}" if where else self.message

    @property
    def words(self) -> str:
        """What happened, and in a line below it what to do next."""
        return f"{self}\n  next: {self.hint}" if self.hint else str(self)

    def to_dict(self) -> dict[str, object]:
        """Return the object that stands under ``"error"`` with ``--json``."""
        told: dict[str, object] = {"name": type(self).__name__, "message": self.message, "path": self.path or None}
        if self.at is not None:
            told |= {"cell": self.at.cell, "line": self.at.line}
        return {**told, "hint": self.hint or None}


class UnreadableInputError(MwaaKitError):
    """A file that is there but cannot be read as what it should be."""

    exit_code = 2


class MissingInputError(UnreadableInputError):
    """No file of that name, or a folder where a file is wanted."""


class NotANotebookError(UnreadableInputError):
    """A file that does not hold a notebook."""


class OtherLanguageError(UnreadableInputError):
    """A notebook whose kernel does not speak Python."""


class RecordUnreadableError(UnreadableInputError):
    """A record of runs that a newer kit wrote, or that is damaged."""


class WrongUsageError(MwaaKitError):
    """A request that contradicts itself or names what is not there."""

    exit_code = 2


class UnknownDagError(WrongUsageError):
    """A dag_id that the file does not define."""


class UnknownTaskError(WrongUsageError):
    """A task_id that the Dag does not have."""


class UnknownRunError(WrongUsageError):
    """A run, or a result of one, of which there is no record."""


class UnknownTargetError(WrongUsageError):
    """An Airflow version that Amazon MWAA does not offer."""


class UnknownEnvironmentError(WrongUsageError):
    """An environment name that neither the settings, AWS nor the practice MWAA know."""


class ConfigurationError(WrongUsageError):
    """A settings file that cannot be understood."""


class NoTaskError(MwaaKitError):
    """A notebook or a Dag file that defines no task."""

    exit_code = 1


class RefusedError(MwaaKitError):
    """Something stands in the way; nothing was changed."""

    exit_code = 1


class UncompiledNotebookError(RefusedError):
    """A notebook with findings of severity error, where a clean Dag file is needed."""


class DagImportError(RefusedError):
    """A Dag file that Airflow could not import."""


class NewerCopyError(RefusedError):
    """The bucket holds a copy that this kit did not put there."""


class BucketRefusedError(RefusedError):
    """The bucket is absent, unversioned, or closed to this user."""


class NotLiveError(RefusedError):
    """The environment does not serve what was published."""


class EnvironmentUnreachableError(MwaaKitError):
    """An environment, or a part of one, does not answer."""

    exit_code = 3


class AirflowMissingError(EnvironmentUnreachableError):
    """No usable Airflow in this interpreter."""


class InterpreterError(EnvironmentUnreachableError):
    """A target's interpreter could not be made."""


class LinterTooOldError(EnvironmentUnreachableError):
    """A ruff that does not know the rules about Airflow."""


class PracticeError(EnvironmentUnreachableError):
    """The practice MWAA could not be started or stopped."""


class WorkerError(EnvironmentUnreachableError):
    """A target's worker ended, or failed for a reason that is not the Dag's."""


class CancelledError(MwaaKitError):
    """The user asked to stop, and everything was stopped."""

    exit_code = 130
