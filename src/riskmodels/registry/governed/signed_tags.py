"""The signed statements that the registry keeps as tags, and what may be added to them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from riskmodels.errors import RefusedError, UntrustedError
from riskmodels.governance.admission import Admitted, AdmittedCandidate, admit, admit_candidate
from riskmodels.governance.attestations import EVERY_CANDIDATE, Candidate, Promotion, Standing, Suspension
from riskmodels.governance.envelopes import Opened, opened, tag_name
from riskmodels.governance.pack import Pack
from riskmodels.registry.governed.trust_table import HeldRoots

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["OURS", "SignedTags", "admitted_new_candidate", "head_in", "heads_of"]

OURS = "riskmodels."
_CANDIDATE = "riskmodels.candidate."
_STANDING = "riskmodels.standing."
_SUSPENSION = "riskmodels.suspension."
_ON_VERSIONS = ("reproduced", "word", "suspension")
_ON_MODELS = ("standing", "suspension")
_LONGEST_ON_MODELS = 5_000  # MLflow keeps no longer tag of a registered model


@dataclass(frozen=True)
class SignedTags:
    """What is kept as tags of one governed model, read in the caller's transaction.

    Attributes
    ----------
    session : Session
        The transaction.
    model : str
        The registered model.
    held : HeldRoots
        The trust roots.
    at : datetime
        Now, in UTC.
    """

    session: Session
    model: str
    held: HeldRoots
    at: datetime.datetime

    def pack(self, version: int) -> Pack:
        """Put together everything that was signed about a version.

        Orders to stop count wherever on the model they are kept.

        Raises
        ------
        UntrustedError
            If it was not put forward by exactly one signed statement.
        """
        candidate = self.candidate(version)
        tags = self._of_version(version)
        said = [text for key, text in tags.items() if key.startswith(OURS) and not key.startswith(_CANDIDATE)]
        standing = self._of_model(_STANDING)
        return Pack(
            roots=self.held.envelopes,
            model=self.model,
            version=version,
            candidate=candidate,
            attestations=tuple(dict.fromkeys([*said, *self._orders_to_stop(opened(candidate).digest)])),
            standing=standing,
            standing_candidates=tuple(self._rested_on(standing)),
        )

    def candidate(self, version: int) -> str:
        """Give the author's envelope of a version."""
        texts = [text for key, text in self._of_version(version).items() if key.startswith(_CANDIDATE)]
        if len(texts) != 1:
            raise UntrustedError(
                f"version {version} of {self.model} carries {len(texts)} signed statements of an author",
                expected="exactly one: who puts this model forward, and with what evidence",
                next_step="Register it with riskmodels run, which signs it.",
                who="the data scientist who made it",
            )
        return texts[0]

    def candidates(self) -> dict[int, str]:
        """Give the author's envelope of every version that has one, by version."""
        Tag, _ = _tables()
        rows = self._rows((Tag.version, Tag.value), Tag.name == self.model, Tag.key.startswith(_CANDIDATE))
        return {int(version): str(text) for version, text in sorted(rows)}

    def countersigned(self, version: int, alias: str) -> bool:
        """Say whether the registry ever put this version behind this alias, whatever has lapsed since."""
        keys = {one.key for root in self.held.roots for one in root.board.registry}
        for text in self._of_version(version).values():
            one = _opened_or_none(text)
            said = None if one is None else one.attestation
            if isinstance(said, Promotion) and one is not None and not keys.isdisjoint(one.keys):
                wanted = (self.model, version, alias)
                if (said.model, said.version, said.alias) == wanted:
                    return True
        return False

    def admit_to_version(self, version: int, key: str, text: str) -> Admitted:
        """See whether a statement may be added to a version.

        Raises
        ------
        UntrustedError
            If it does not count, with the cause.
        """
        one = self._kept_under(key, text, _ON_VERSIONS)
        roots = self.held.in_force(self.at)
        about = admit_candidate(self.candidate(version), roots=roots, model=self.model, at=self.at)
        return admit(one, roots=roots, candidate=about, at=self.at, arriving=True)

    def admit_to_model(self, key: str, text: str) -> Admitted:
        """See whether a statement may be added to the model itself: an approval of retrains, or an order to stop.

        Raises
        ------
        UntrustedError
            If it does not count, with the cause.
        """
        one = self._kept_under(key, text, _ON_MODELS)
        if len(text) > _LONGEST_ON_MODELS:
            raise _refused(f"it has {len(text):,} characters, and a model's tag holds {_LONGEST_ON_MODELS:,}")
        roots = self.held.in_force(self.at)
        wanted = one.attestation.candidate_digest if isinstance(one.attestation, Standing | Suspension) else ""
        for candidate in self.candidates().values():
            try:
                about = admit_candidate(candidate, roots=roots, model=self.model, at=self.at)
            except UntrustedError:  # of an author who has left: it is not what this speaks of, unless no other is
                continue
            if wanted in (about.digest, EVERY_CANDIDATE):
                return admit(one, roots=roots, candidate=about, at=self.at, arriving=True)
        raise _refused("it speaks of a candidate that this model does not have")

    def _kept_under(self, key: str, text: str, kinds: Sequence[str]) -> Opened:
        one = opened(text)
        if one.attestation.kind not in kinds:
            raise _refused(f"a {one.attestation.kind} is not handed in here, only a {' or '.join(kinds)}")
        if key != tag_name(text):
            raise _refused("its tag is not named after its kind and its content")
        return one

    def _of_version(self, version: int) -> dict[str, str]:
        Tag, _ = _tables()
        rows = self._rows((Tag.key, Tag.value), Tag.name == self.model, Tag.version == version)
        return {str(key): str(text) for key, text in sorted(rows)}

    def _of_model(self, start: str) -> tuple[str, ...]:
        _, Tag = _tables()
        rows = self._rows((Tag.key, Tag.value), Tag.name == self.model, Tag.key.startswith(start))
        return tuple(str(text) for _, text in sorted(rows))

    def _rows(self, columns: Sequence[Any], *where: Any) -> list[tuple[Any, Any]]:
        return [(one, other) for one, other in self.session.execute(select(*columns).where(*where))]

    def _orders_to_stop(self, candidate_digest: str) -> Iterator[str]:
        """Give every order to stop this candidate or the whole model, from any of its versions and from itself."""
        Tag, _ = _tables()
        rows = self._rows((Tag.key, Tag.value), Tag.name == self.model, Tag.key.startswith(_SUSPENSION))
        for text in [*(str(kept) for _, kept in sorted(rows)), *self._of_model(_SUSPENSION)]:
            one = _opened_or_none(text)
            said = None if one is None else one.attestation
            if isinstance(said, Suspension) and said.candidate_digest in (candidate_digest, EVERY_CANDIDATE):
                yield text

    def _rested_on(self, standing: Sequence[str]) -> Iterator[str]:
        said = [one.attestation for text in standing if (one := _opened_or_none(text)) is not None]
        wanted = {one.candidate_digest for one in said if isinstance(one, Standing)}
        for text in self.candidates().values() if wanted else ():
            found = _opened_or_none(text)
            if found is not None and found.digest in wanted:
                yield text


def _tables() -> tuple[Any, Any]:
    """Give MLflow's tables of the tags of versions and of models."""
    from mlflow.store.model_registry.dbmodels.models import SqlModelVersionTag, SqlRegisteredModelTag

    return SqlModelVersionTag, SqlRegisteredModelTag


def admitted_new_candidate(tags: SignedTags, given: Sequence[tuple[str, str]]) -> AdmittedCandidate:
    """See whether a new version may be made: by exactly one signed statement, and only the first time.

    Parameters
    ----------
    tags : SignedTags
        What the model has so far.
    given : sequence of (str, str)
        The new version's tags, as the client gave them.

    Raises
    ------
    RefusedError
        If not, with the cause.
    """
    if len(given) != 1 or not given[0][0].startswith(_CANDIDATE):
        raise _refused(f"a version is made with {len(given)} tags, and it must be one: its author's signed statement")
    (key, text), one = given[0], opened(given[0][1])
    if not isinstance(one.attestation, Candidate) or key != tag_name(text):
        raise _refused("its tag is not that of an author's signed statement, named after its content")
    for version, other in tags.candidates().items():
        same = _opened_or_none(other)
        if same is not None and same.digest == one.digest:
            raise _refused(f"this candidate is version {version} already; another would leave its words behind")
    roots = tags.held.in_force(tags.at)
    return admit_candidate(text, roots=roots, model=tags.model, at=tags.at, arriving=True)


def heads_of(pack: Pack) -> Iterator[str | None]:
    """Give the head of the log that each statement of a pack carries."""
    for text in (pack.candidate, *pack.attestations, *pack.standing):
        one = _opened_or_none(text)
        if one is not None:
            yield head_in(one)


def head_in(one: Opened | Admitted) -> str | None:
    """Give the head of the log that a statement carries."""
    said = one.attestation
    return said.facts.log_head if isinstance(said, Candidate) else said.log_head


def _opened_or_none(text: str) -> Opened | None:
    try:
        return opened(text)
    except UntrustedError:  # it counts for nothing; the gate says so
        return None


def _refused(why: str) -> RefusedError:
    return UntrustedError(
        why,
        expected="a signed statement about this model, by a key that the trust root lets say it, kept once",
        next_step="Hand it in as riskmodels does: run, reproduce, sign, suspend.",
        who="the roles in ethics/board.yaml",
    )
