"""MLflow's registry store with the rules of a governed model: whoever asks, and by whatever client, they hold here.

Names that no trust root governs behave as in stock MLflow. What each method may do is declared in
:mod:`riskmodels.registry.governed.methods`.
"""

from __future__ import annotations

import datetime
import inspect
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.utils.validation import _validate_model_version

from riskmodels.errors import SettingsError, UserError
from riskmodels.governance.attestations import Suspension
from riskmodels.registry.governed.address import places_of
from riskmodels.registry.governed.decision_log import DecisionLog
from riskmodels.registry.governed.methods import METHODS, Rule, undecided
from riskmodels.registry.governed.promotion import judge, put_behind
from riskmodels.registry.governed.protected import ProtectedStorage
from riskmodels.registry.governed.refusals import GateRefused, denied, not_allowed, unverifiable
from riskmodels.registry.governed.server_key import ServerKey
from riskmodels.registry.governed.server_setup import check_server, guard_server, ready_database
from riskmodels.registry.governed.signed_tags import SignedTags, admitted_new_candidate, head_in
from riskmodels.registry.governed.transactions import Transactions
from riskmodels.registry.governed.trust_table import TrustTable
from riskmodels.registry.governed.trust_uptake import take_up_roots, withdraw_unsigned
from riskmodels.registry.governed.virtual_models import is_reserved, virtual_model

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel
    from sqlalchemy.orm import Session

    from riskmodels.governance.admission import Admitted

with warnings.catch_warnings():
    # MLflow's own tables use a loading strategy that SQLAlchemy 2.1 deprecates; it says so as they are imported.
    warnings.filterwarnings("ignore", message="The ``noload`` loader strategy is deprecated")
    from mlflow.store.model_registry.dbmodels.models import SqlRegisteredModel
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

__all__ = ["GovernedStore"]

_logger = logging.getLogger(__name__)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class GovernedStore(SqlAlchemyStore):
    """A registry whose governed models change only by what the people of the trust root sign.

    Parameters
    ----------
    store_uri : str
        ``governed+sqlite:///<file>`` or ``governed+postgresql://<user>@<host>/<database>``, with
        ``?workspace=<folder>`` where the environment does not say which workspace it serves.
    tracking_uri : str, optional
        Where runs are, for candidates whose source names one.
    clock : callable, optional
        Gives the moment that everything is judged for, in UTC.

    Raises
    ------
    MlflowException
        If it may not start: something is not set up, or MLflow has methods that nobody has decided on.
    """

    def __init__(
        self, store_uri: str, tracking_uri: str | None = None, *, clock: Callable[[], datetime.datetime] = _now
    ) -> None:
        try:
            self._places = places_of(store_uri, os.environ)
            _check_methods()
            check_server(self._places)
            ready_database(self._places.database)
        except UserError as error:
            raise denied(error) from error
        super().__init__(self._places.database)  # type: ignore[no-untyped-call]
        self._clock = clock
        self._transactions = Transactions(self.engine, self.ManagedSessionMaker)
        self.ManagedSessionMaker = self._transactions.for_stock
        self._trust = TrustTable(self._places.workspace)
        self._log = DecisionLog(self._places.bundles)
        self._key = ServerKey(self._places)
        self._protected = ProtectedStorage(self._places.bundles, tracking_uri=tracking_uri)
        self._start()

    @property
    def _stock(self) -> Any:
        """Give this store as stock MLflow has it."""
        return super()

    # What is answered

    def get_registered_model(self, name: str) -> RegisteredModel:
        """Give a registered model; the registry's own are made up as they are asked for."""
        found: RegisteredModel | None = None
        if is_reserved(name):
            with self._answering("get_registered_model", name, logged=False):
                self._take_up_news()
                with self._transactions.reading() as session:
                    found = self._made_up(name, session)
        return found or self._stock.get_registered_model(name)

    def _made_up(self, name: str, session: Session) -> RegisteredModel | None:
        return virtual_model(name, session, at=self._clock(), trust=self._trust, log=self._log, key=self._key)

    # What is checked

    def create_registered_model(
        self, name: str, tags: Any = None, description: str | None = None, deployment_job_id: str | None = None
    ) -> RegisteredModel:
        """Make a registered model; a governed one is made empty."""
        made: RegisteredModel
        if not self._watched("create_registered_model", name) or self._exists(name):
            made = self._stock.create_registered_model(name, tags, description, deployment_job_id)
            return made
        with self._answering("create_registered_model", name), self._governed(name) as held:
            if tags or description or deployment_job_id:
                raise not_allowed("create_registered_model", name, "a governed model is made without tags or words")
            made = self._stock.create_registered_model(name)
            self._write(held, event="registered", actor="client")
        return made

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Any = None,
        run_link: str | None = None,
        description: str | None = None,
        local_model_path: str | None = None,
        model_id: str | None = None,
    ) -> ModelVersion:
        """Make a version; one of a governed model only as its author's signed candidate."""
        made: ModelVersion
        given = (name, source, run_id, tags, run_link, description, local_model_path, model_id)
        if not self._watched("create_model_version", name):
            made = self._stock.create_model_version(*given)
            return made
        with self._answering("create_model_version", name), self._governed(name) as held:
            if description or run_link:
                raise not_allowed("create_model_version", name, METHODS["update_model_version"].why)
            candidate = admitted_new_candidate(held, [(str(tag.key), str(tag.value)) for tag in tags or ()])
            self._log.check_signed(held.session, [candidate.facts.log_head])
            made = self._stock.create_model_version(*given)
            self._write(
                held,
                event="candidate",
                version=int(made.version),
                candidate_digest=candidate.digest,
                actor=candidate.holder.key,
                detail=f"bundle {candidate.facts.model.bundle_digest}",
            )
        return made

    def set_model_version_tag(self, name: str, version: str | int, tag: Any) -> None:
        """Set a version's tag; on a governed model only what somebody signed about this version, and once."""
        if not self._watched("set_model_version_tag", name):
            self._stock.set_model_version_tag(name, version, tag)
            return
        with self._answering("set_model_version_tag", name, version=version), self._governed(name) as held:
            row = self._stock._get_sql_model_version(held.session, name, version)
            kept = {one.key: one.value for one in row.model_version_tags}
            if kept.get(tag.key) == tag.value:
                return
            admitted = held.admit_to_version(int(row.version), str(tag.key), str(tag.value))
            self._add(held, admitted, tag.key in kept, version=int(row.version))
            self._stock.set_model_version_tag(name, version, tag)

    def set_registered_model_tag(self, name: str, tag: Any) -> None:
        """Set a model's tag; on a governed one only approvals of retrains and orders to stop, and once."""
        if not self._watched("set_registered_model_tag", name):
            self._stock.set_registered_model_tag(name, tag)
            return
        with self._answering("set_registered_model_tag", name), self._governed(name) as held:
            row = self._stock._get_registered_model(held.session, name)
            kept = {one.key: one.value for one in row.registered_model_tags}
            if kept.get(tag.key) == tag.value:
                return
            self._add(held, held.admit_to_model(str(tag.key), str(tag.value)), tag.key in kept)
            self._stock.set_registered_model_tag(name, tag)

    def set_registered_model_alias(self, name: str, alias: str, version: str | int) -> None:
        """Set an alias; on a governed model this is a promotion, and the gate runs again."""
        if not self._watched("set_registered_model_alias", name):
            self._stock.set_registered_model_alias(name, alias, version)
            return
        with self._answering("set_registered_model_alias", name, version=version, alias=alias):
            number = _number(version)
            with self._governed(name) as held:
                judged = judge(held, self._log, version=number, alias=alias)
            location = self._protected.keep(judged.source, judged.bundle_digest)
            with self._governed(name) as held:
                judged = judge(held, self._log, version=number, alias=alias)
                put_behind(held, self._log, self._key, judged, version=number, alias=alias, location=location)

    # How it is done

    def _watched(self, method: str, *names: object) -> bool:
        """Say whether any of these names is governed; refuse what is asked of a reserved one."""
        with self._answering(method, str(names[0])):
            for name in names:
                if is_reserved(name):
                    raise not_allowed(method, str(name), "the name is kept for what the registry says of itself")
            self._take_up_news()
            with self._transactions.reading() as session:
                return not self._trust.governed(session).isdisjoint(names)

    def _exists(self, name: str) -> bool:
        with self._transactions.reading() as session:
            return session.query(SqlRegisteredModel).filter(SqlRegisteredModel.name == name).count() > 0

    @contextmanager
    def _answering(
        self, method: str, name: str, *, version: object = None, alias: str | None = None, logged: bool = True
    ) -> Iterator[None]:
        """Turn whatever goes wrong into a refusal with its reasons, which is written into the log."""
        try:
            yield
        except UserError as error:
            if logged:
                self._log_refusal(method, name, error, version, alias)
            raise denied(error) from error
        except Exception as error:
            if isinstance(error, MlflowException) and error.get_http_status_code() < 500:  # type: ignore[no-untyped-call]
                raise
            _logger.exception("%s on a governed name could not be verified", method)
            raise unverifiable(method) from error

    def _log_refusal(self, method: str, name: str, error: UserError, version: object, alias: str | None) -> None:
        """Write a refusal down in a transaction of its own. One that cannot be written stays a refusal."""
        checks = ", ".join(error.checks) if isinstance(error, GateRefused) else error.found
        try:
            with self._transactions.writing() as session:
                self._log.check(session)
                self._log.append(
                    session,
                    at=self._clock(),
                    event="refused",
                    model=name,
                    version=_number_or_none(version),
                    alias=alias,
                    actor="client",
                    detail=f"{method}: {checks}",
                )
            self._publish()
        except Exception:
            _logger.exception("The refusal of %s could not be written into the decision log", method)

    @contextmanager
    def _governed(self, name: str) -> Iterator[SignedTags]:
        """Open a transaction on a governed model: it holds the registry's lock, and its log was found whole."""
        with self._transactions.writing() as session:
            self._log.check(session)
            yield SignedTags(session, name, self._trust.held(session), self._clock())
        self._publish()

    def _write(self, held: SignedTags, **entry: Any) -> None:
        self._log.append(held.session, at=held.at, model=held.model, **entry)

    def _add(self, held: SignedTags, admitted: Admitted, there: bool, *, version: int | None = None) -> None:
        """See that a statement is new and fits the log, and write down that it was handed in."""
        said = admitted.attestation
        if there:
            raise not_allowed("set_tag", held.model, "what is signed is kept once, and never written over")
        self._log.check_signed(held.session, [head_in(admitted)])
        self._write(
            held,
            event="suspended" if isinstance(said, Suspension) else "signed",
            version=version,
            candidate_digest=getattr(said, "candidate_digest", None),
            actor=str(getattr(said, "role", admitted.holder.key)),
            detail=f"{said.kind} {admitted.digest}",
        )

    def _start(self) -> None:
        try:
            self._take_up()
            with self._transactions.writing() as session:
                self._log.check(session)
                for name in sorted(self._trust.held(session).governed):
                    withdraw_unsigned(session, self._trust, self._log, name, at=self._clock())
            self._publish()
        except UserError as error:  # reads go on; every governed write is refused with this cause
            _logger.error("The registry started, but promotes nothing until this is put right: %s", error)

    def _take_up_news(self) -> None:
        with self._transactions.reading() as session:
            news = self._trust.has_news(session)
        if news:
            self._take_up()

    def _take_up(self) -> None:
        with self._transactions.writing() as session:
            take_up_roots(session, self._trust, self._log, at=self._clock())
        self._publish()

    def _publish(self) -> None:
        """Keep the log's head in protected storage, under the lock, so that it only moves on."""
        try:
            with self._transactions.writing() as session:
                self._log.keep_head(session)
        except UserError:
            _logger.exception("The head of the decision log could not be kept in protected storage")


def _refusing(method: str, rule: Rule) -> Callable[..., Any]:
    """Make a method that refuses governed and reserved names, and is stock MLflow's for all others."""
    stock = getattr(SqlAlchemyStore, method)
    signature = inspect.signature(stock)

    def refuse(self: GovernedStore, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs).arguments
        names = [given[name] for name in rule.names]
        if self._watched(method, *names):
            version = given.get("version")
            with self._answering(method, str(names[-1]), version=version, alias=given.get("alias")):
                raise not_allowed(method, str(names[-1]), rule.why)
        return stock(self, *args, **kwargs)

    refuse.__name__, refuse.__doc__ = method, f"Refuse governed names: {rule.why}."
    return refuse


for _method, _rule in METHODS.items():
    if _rule.how == "refused":
        setattr(GovernedStore, _method, _refusing(_method, _rule))


guard_server(os.environ)


def _check_methods() -> None:
    unknown = undecided(SqlAlchemyStore)
    if unknown:
        raise SettingsError(
            f"this MLflow has methods of the registry that nobody has decided on: {', '.join(unknown)}",
            expected="the MLflow version that riskmodels was made for (see constraints.txt)",
            next_step="Install that version, or a newer riskmodels.",
            who="whoever runs the registry",
        )


def _number(version: object) -> int:
    return int(_validate_model_version(version))  # type: ignore[no-untyped-call]


def _number_or_none(version: object) -> int | None:
    try:
        return None if version is None else _number(version)
    except MlflowException:
        return None
