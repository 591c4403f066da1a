"""A council of today with a workspace, a registry key and tiny bundles: for tests of the governed registry."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag

from riskmodels.governance.attestations import Status
from riskmodels.governance.envelopes import opened, tag_name
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.keys import write_private_key
from riskmodels.governance.log import LogEntry
from riskmodels.governance.roles import Board
from riskmodels.governance.wire import sha256
from riskmodels.policy import ModelPolicy
from riskmodels.registry.bundles.manifest import MadeFrom, write_manifest
from riskmodels.registry.governed.store import GovernedStore
from tests.unit.governance import signing
from tests.unit.governance.signing import AT, DOCUMENTS, MODEL, ROOT_ROLES, Council, digest_of

PASSPHRASE = "correct horse battery staple"


class TodaysCouncil(Council):
    """The council of the governance tests, with every date moved to where ``now`` is."""

    def __init__(self, *, now: datetime.datetime = AT, **options: Any) -> None:
        self.now = now
        super().__init__(**options)

    def ago(self, **how_long: float) -> datetime.datetime:
        return self.now - datetime.timedelta(**how_long)

    def next_root(
        self,
        *,
        board: Board | None = None,
        policies: dict[str, ModelPolicy] | None = None,
        at: datetime.datetime | None = None,
        expires: datetime.date | None = None,
        signed_by: Iterable[str] = ROOT_ROLES[:2],
    ) -> str:
        moment = self.ago(days=30) if self.root is None else at or self.ago(days=20)
        ends = expires or (self.now + datetime.timedelta(days=300)).date()
        return super().next_root(board=board, policies=policies, at=moment, expires=ends, signed_by=signed_by)

    def facts(self, **changes: Any) -> CandidateFacts:
        documents = {
            name: {
                "digest": digest_of(name),
                "rests_on": digest_of("rests on"),
                "rests_on_now": digest_of("rests on"),
                "review_by": (self.now + datetime.timedelta(days=250)).date(),
            }
            for name in DOCUMENTS
        }
        return super().facts(**{"made_at": self.ago(days=2), "documents": documents} | changes)

    def reproduced(self, candidate: str, **changes: Any) -> str:
        return super().reproduced(candidate, **{"at": self.ago(hours=36)} | changes)

    def word(self, candidate: str, role: str, **changes: Any) -> str:
        dates = {"at": self.ago(days=1), "review_by": (self.now + datetime.timedelta(days=200)).date()}
        return super().word(candidate, role, **dates | changes)

    def suspension(self, candidate: str, **changes: Any) -> str:
        return super().suspension(candidate, **{"at": self.ago(minutes=1)} | changes)

    def standing(self, candidate: str, **changes: Any) -> str:
        dates = {"at": self.ago(days=1), "until": (self.now + datetime.timedelta(days=150)).date()}
        return super().standing(candidate, **dates | changes)


class Town:
    """A council's workspace on disk: trust roots, registry key, and a place for bundles.

    Parameters
    ----------
    folder : Path
        Where to make it.
    now : datetime
        The moment that everything is signed at.
    """

    def __init__(self, folder: Path, *, now: datetime.datetime = AT, models: Iterable[str] = (MODEL,)) -> None:
        self.council = TodaysCouncil(now=now, models=models)
        self.workspace = folder / "workspace"
        self.artefacts = folder / "artefacts"
        self.key_file = self.workspace / ".riskmodels" / "registry.key"
        self.bundles = self.workspace / ".riskmodels" / "bundles"
        write_private_key(self.key_file, self.council.signers["registry"], passphrase=PASSPHRASE)
        self.key_file.with_suffix(".passphrase").write_text(PASSPHRASE, encoding="utf-8")
        self.publish()

    @property
    def now(self) -> datetime.datetime:
        return self.council.now

    def uri(self, database: str = "registry.db") -> str:
        """Give the address of an embedded registry of this workspace."""
        file = self.workspace / ".riskmodels" / database
        return f"governed+sqlite:///{file.as_posix()}?workspace={self.workspace.as_posix()}"

    def publish(self, roots: Iterable[str] | None = None) -> None:
        """Put the trust roots into the workspace, as an administrator checks them out."""
        trust = self.workspace / "ethics" / "trust"
        trust.mkdir(parents=True, exist_ok=True)
        for old in trust.glob("*.json"):
            old.unlink()
        for number, envelope in enumerate(roots if roots is not None else self.council.root_envelopes, start=1):
            (trust / f"{number}.json").write_text(envelope, encoding="utf-8")

    def bundle(self, folder: Path | None = None, *, says: str = "", model: str = MODEL) -> tuple[Path, str]:
        """Write a tiny bundle whose files nobody can score with; give its folder and its digest."""
        place = folder or self.artefacts / secrets.token_hex(4) / "bundle"
        place.mkdir(parents=True)
        (place / "model.txt").write_text(f"tree {says or secrets.token_hex(8)}\n", encoding="utf-8")
        (place / "baseline.json").write_text("{}", encoding="utf-8")
        return place, write_manifest(place, _made_from(model))

    def candidate(self, bundle_digest: str, *, by: str = "author", **changes: Any) -> str:
        """Have the author put a bundle forward."""
        model = {"bundle_digest": bundle_digest, **changes.pop("model", {})}
        return self.council.candidate(by=by, model=model, **changes)

    def statements(self, candidate: str, **changes: Any) -> tuple[str, ...]:
        """Have it made again, and every role approve."""
        return (self.council.reproduced(candidate), *self.council.words(candidate, **changes))

    def register(
        self, client: Any, *, name: str = MODEL, kept: Callable[[Path], tuple[str, str]] | None = None
    ) -> Registered:
        """Register a new candidate by any client of MLflow, without a word on it.

        ``kept`` puts its files where the server reads them, and gives that place and the run.
        """
        place, digest = self.bundle(model=name)
        candidate = self.candidate(digest, model={"name": name})
        source, run_id = (place.as_uri(), None) if kept is None else kept(place)
        made = client.create_model_version(name, source, run_id=run_id, tags={tag_name(candidate): candidate})
        return Registered(client, name, int(made.version), candidate, place, digest, run_id or "")

    def approved(self, client: Any, **options: Any) -> Registered:
        """Register a new candidate, have it made again and every role approve."""
        one = self.register(client, **options)
        one.hand_in(*self.statements(one.candidate))
        return one


class Registered:
    """A registered version, and what was signed for it."""

    def __init__(
        self, client: Any, name: str, version: int, candidate: str, folder: Path, digest: str, run_id: str
    ) -> None:
        self.client, self.name, self.version, self.run_id = client, name, version, run_id
        self.candidate, self.folder, self.bundle_digest = candidate, folder, digest
        self.candidate_digest = opened(candidate).digest

    def hand_in(self, *envelopes: str) -> None:
        for envelope in envelopes:
            self.client.set_model_version_tag(self.name, str(self.version), tag_name(envelope), envelope)

    def promote(self, alias: str = "champion") -> None:
        self.client.set_registered_model_alias(self.name, alias, str(self.version))


class Direct:
    """The registry's store, called as MLflow's client calls it, at a moment that the test sets.

    Parameters
    ----------
    town : Town
        The council.
    uri : str
        The registry's address.
    """

    def __init__(self, town: Town, uri: str) -> None:
        self.at = town.now
        self.store = GovernedStore(uri, clock=lambda: self.at)

    def create_registered_model(self, name: str) -> Any:
        return self.store.create_registered_model(name)

    def create_model_version(self, name: str, source: str, *, tags: dict[str, str] | None = None, **more: Any) -> Any:
        given = [ModelVersionTag(key, value) for key, value in (tags or {}).items()]
        return self.store.create_model_version(name, source, tags=given, **more)

    def set_model_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        self.store.set_model_version_tag(name, version, ModelVersionTag(key, value))

    def set_registered_model_tag(self, name: str, key: str, value: str) -> None:
        self.store.set_registered_model_tag(name, RegisteredModelTag(key, value))

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        self.store.set_registered_model_alias(name, alias, version)

    def alias(self, name: str = MODEL, alias: str = "champion") -> int | None:
        found = self.store.get_registered_model(name).aliases.get(alias)
        return None if found is None else int(found)

    def log(self) -> list[LogEntry]:
        pages = int(self.store.get_registered_model("riskmodels.log.1").tags["pages"])
        tags: dict[str, str] = {}
        for page in range(1, pages + 1):
            tags |= self.store.get_registered_model(f"riskmodels.log.{page}").tags
        del tags["pages"]
        return [LogEntry.model_validate_json(tags[number]) for number in sorted(tags, key=int)]

    def refusals(self) -> list[LogEntry]:
        return [one for one in self.log() if one.event == "refused"]

    def status(self, name: str = MODEL) -> Status:
        said = opened(self.store.get_registered_model(f"riskmodels.status.{name}").tags["status"]).attestation
        assert isinstance(said, Status)
        return said


def _made_from(model: str) -> MadeFrom:
    return MadeFrom(
        model=model,
        estimator="lightgbm",
        task="risk",
        purpose="homelessness_prevention",
        outcome_says="owes eight weeks' rent or more",
        horizon_days=90,
        columns=("arrears",),
        baseline="arrears",
        definition_digest=sha256(b"definition"),
        table_digest=sha256(b"table"),
        reproducibility_digest=sha256(b"trees"),
        seed=1,
        settings={},
        platform={},
        riskmodels="0.1.0",
    )


__all__ = ["AT", "MODEL", "PASSPHRASE", "Direct", "Registered", "TodaysCouncil", "Town", "signing"]
