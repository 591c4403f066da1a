"""What can go wrong, in one tree.

::

    RiskModelsError
    └── UserError             something a person can put right; shown without a traceback
        ├── SettingsError     mlflow.yaml, the workspace's folders, or a command's options
        ├── DefinitionError   a use case or a contract says something that cannot be
        ├── LakeError         the lake cannot be read as its contracts say
        │   ├── ExtractMissing      an extract has no folder, or the folder has no data
        │   ├── ExtractUnreadable   a file is damaged, or a column is absent or of another type
        │   └── TooManyBadRows      more rows broke the contract than it tolerates
        ├── BuildError        a training table cannot be built from what the lake holds
        ├── TrainingError     a model cannot be trained or judged from the table
        ├── AssuranceError    what an audit was asked for cannot be measured
        ├── OutputError       a result cannot be written where it was asked for
        ├── DocumentError     something that people write in ethics/ or model_cards/ cannot be read
        ├── SigningError      a key, its passphrase or its role is not as it must be
        ├── RegistryError     the registry cannot be reached, or does not hold what was asked for
        │   └── NotRegistered       it was reached, and does not hold it
        ├── ScoringError      what was handed over cannot be scored
        └── RefusedError      the gate or the registry said no; the command line exits with 1
            └── UntrustedError    a signature, digest, date or trust root does not hold

Every error says what was found, what was expected, what to do next and who can help. None ever holds a
person's value: columns, counts, rules and files only.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AssuranceError",
    "BuildError",
    "DefinitionError",
    "DocumentError",
    "ExtractMissing",
    "ExtractUnreadable",
    "LakeError",
    "NotRegistered",
    "OutputError",
    "RefusedError",
    "RegistryError",
    "RiskModelsError",
    "ScoringError",
    "SettingsError",
    "SigningError",
    "TooManyBadRows",
    "TrainingError",
    "UntrustedError",
    "UserError",
]


class RiskModelsError(Exception):
    """Anything this library raises on purpose.

    Parameters
    ----------
    found : str
        What was found, with its place: a file, a column, a key. Never a person's value.
    expected : str
        What would have been right.
    next_step : str
        What the reader can do about it.
    who : str
        Who can help when the reader cannot.
    """

    code: ClassVar[str] = "riskmodels"

    def __init__(self, found: str, *, expected: str, next_step: str, who: str) -> None:
        self.found = found
        self.expected = expected
        self.next_step = next_step
        self.who = who
        super().__init__(found)

    def __str__(self) -> str:
        return f"{self.found}\n  Expected: {self.expected}\n  What to do: {self.next_step}\n  Who can help: {self.who}"

    def as_dict(self) -> dict[str, str]:
        """Give the error as plain data, for ``--json`` and for services."""
        return {
            "code": self.code,
            "found": self.found,
            "expected": self.expected,
            "next_step": self.next_step,
            "who": self.who,
        }


class UserError(RiskModelsError):
    """Something a person can put right."""

    code = "user"


class SettingsError(UserError):
    """``mlflow.yaml``, the workspace's folders or a command's options are not as they must be."""

    code = "settings"


class DefinitionError(UserError):
    """A use case or a contract says something that cannot be."""

    code = "definition"


class LakeError(UserError):
    """The lake cannot be read as its contracts say."""

    code = "lake"


class ExtractMissing(LakeError):
    """An extract has no folder in the lake, or its folder holds no data."""

    code = "extract_missing"


class ExtractUnreadable(LakeError):
    """A file is damaged, or a column is absent or of another type than the contract says."""

    code = "extract_unreadable"


class TooManyBadRows(LakeError):
    """More rows broke the contract than it tolerates."""

    code = "too_many_bad_rows"


class BuildError(UserError):
    """A training table cannot be built from what the lake holds."""

    code = "build"


class TrainingError(UserError):
    """A model cannot be trained or judged from the table."""

    code = "training"


class AssuranceError(UserError):
    """What an audit was asked for cannot be measured, or may not be done."""

    code = "assurance"


class OutputError(UserError):
    """A result cannot be written where it was asked for."""

    code = "output"


class DocumentError(UserError):
    """Something that people write in ``ethics/`` or ``model_cards/`` cannot be read as it must be."""

    code = "document"


class SigningError(UserError):
    """A key, its passphrase or the role that it is used for is not as it must be."""

    code = "signing"


class RegistryError(UserError):
    """The registry cannot be reached, or does not hold what was asked for."""

    code = "registry"


class NotRegistered(RegistryError):
    """The registry was reached, and does not hold what was asked for."""


class ScoringError(UserError):
    """What was handed over cannot be scored."""

    code = "scoring"


class RefusedError(UserError):
    """The gate or the registry said no."""

    code = "refused"


class UntrustedError(RefusedError):
    """A signature, a digest, a date or the trust root does not hold."""

    code = "untrusted"
