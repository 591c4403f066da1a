"""The decision log: one chain that is only added to, whose head is kept elsewhere, so that a restored backup shows."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from sqlalchemy.orm import Session

from riskmodels.errors import SigningError, UntrustedError
from riskmodels.governance.log import head_of, verify_chain
from riskmodels.registry.governed.address import PASSPHRASE
from riskmodels.registry.governed.decision_log import HEAD_FILE, LONGEST_DETAIL, DecisionLog, lock
from riskmodels.registry.governed.server_setup import accept_restored_log
from riskmodels.registry.governed.virtual_models import ENTRIES_PER_PAGE
from tests.unit.registry.governed_town import AT, MODEL, Direct, Town
from tests.unit.registry.test_governed_store import refused


def _database(town: Town) -> Path:
    return town.workspace / ".riskmodels" / "registry.db"


def _restored(town: Town, registry: Direct) -> Direct:
    """Put the database back to where it was before the last version was registered, and open it in a new server."""
    backup = _database(town).with_suffix(".backup")
    with closing(sqlite3.connect(_database(town))) as now, closing(sqlite3.connect(backup)) as then:
        now.backup(then)
    town.register(registry)
    registry.store.engine.dispose()
    shutil.copy(backup, _database(town))
    return Direct(town, town.uri())


@pytest.mark.parametrize("statement", ["update {table} set {column} = ''", "delete from {table}"])
def test_the_database_itself_refuses_to_change_the_log(town: Town, registry: Direct, statement: str) -> None:
    for table, column in (("riskmodels_log", "hash"), ("riskmodels_roots", "digest")):
        with (
            closing(sqlite3.connect(_database(town))) as database,
            pytest.raises(sqlite3.IntegrityError, match="never"),
        ):
            database.execute(statement.format(table=table, column=column))


def test_the_head_in_protected_storage_is_the_logs(town: Town, registry: Direct) -> None:
    town.register(registry)
    assert f'{{"head": "{head_of(registry.log()[-1])}"}}' == (town.bundles / HEAD_FILE).read_text()


def test_a_restored_database_is_noticed_and_refused(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    again = _restored(town, registry)
    for attempt in (
        lambda: town.register(again),
        lambda: again.set_registered_model_alias(MODEL, "champion", str(one.version)),
        lambda: again.status(),
    ):
        with refused("older than what was signed"):
            attempt()
    assert [] == again.refusals()  # nothing is added to a log that is not whole
    assert again.alias() is None


def test_a_database_that_is_restored_under_a_running_server_is_noticed(town: Town, registry: Direct) -> None:
    town.register(registry)
    _restored(town, registry)
    with refused("older than what was signed"):
        town.register(registry)


def test_the_registrys_administrator_may_accept_the_loss_and_the_log_says_so(
    town: Town, registry: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = town.approved(registry)
    lost = head_of(registry.log()[-1])
    again = _restored(town, registry)
    head = accept_restored_log(town.uri(), reason="The disk failed; backup of Monday", at=AT)
    entry = again.log()[-1]
    assert ("restored", head) == (entry.event, head_of(entry))
    assert "backup of Monday" in entry.detail
    assert town.council.key("registry") == entry.actor
    assert lost == entry.detail.split()[3].rstrip(",")  # where the log went on from
    again.set_registered_model_alias(MODEL, "champion", str(one.version))
    verify_chain(again.log())


def test_nobody_without_the_registrys_key_may_accept_a_loss(
    town: Town, registry: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    _restored(town, registry)
    monkeypatch.setenv(PASSPHRASE, "a guess, and a wrong one")
    with pytest.raises(SigningError, match="passphrase"):
        accept_restored_log(town.uri(), reason="Trust me", at=AT)


def test_a_head_file_that_went_missing_is_noticed(town: Town, registry: Direct) -> None:
    (town.bundles / HEAD_FILE).unlink()
    with refused("holds no head.json"):
        town.register(registry)
    (town.bundles / HEAD_FILE).write_text('{"head": "all is well"}')
    with refused("cannot be read"):
        town.register(registry)


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ("update riskmodels_log set entry = replace(entry, 'registered', 'promoted') where number = 2", "altered"),
        ("update riskmodels_log set entry = 'x' where number = 2", "cannot be read"),
        ("update riskmodels_log set number = 99 where number = 2", "not what its row says"),
        ("delete from riskmodels_log where number = 2", "where entry 2 should be"),
        ("delete from riskmodels_log", "knows entry"),
    ],
)
def test_an_altered_log_is_noticed_by_a_new_server(town: Town, registry: Direct, statement: str, cause: str) -> None:
    town.register(registry)
    with closing(sqlite3.connect(_database(town))) as database:
        for trigger in ("update", "delete"):
            database.execute(f"drop trigger riskmodels_log_only_grows_{trigger}")
        database.execute(statement)
        database.commit()
    with refused(cause):
        town.register(Direct(town, town.uri()))


def test_the_log_is_told_in_pages_that_any_client_can_read(town: Town, registry: Direct) -> None:
    engine = registry.store.engine
    log = DecisionLog(town.bundles)
    with Session(engine) as session:
        lock(session)
        while log.length(session) < ENTRIES_PER_PAGE + 3:
            log.append(session, at=AT, event="refused", model=MODEL, actor="client", detail="x" * 9_000)
        session.commit()
    first, second = (registry.store.get_registered_model(f"riskmodels.log.{page}").tags for page in (1, 2))
    assert ("2", "2") == (first.pop("pages"), second.pop("pages"))
    assert (ENTRIES_PER_PAGE, 3) == (len(first), len(second))
    assert LONGEST_DETAIL == max(len(entry.detail) for entry in registry.log())
    verify_chain(registry.log())
    with pytest.raises(MlflowException, match="not found"):
        registry.store.get_registered_model("riskmodels.log.3")


def test_an_empty_log_has_a_first_page(town: Town, tmp_path: Path, empty_registry: Path) -> None:
    town.publish([])
    (town.workspace / "mlflow.yaml").write_text("lake: {uri: lake}\nmodels: {}\n")
    assert {"pages": "0"} == Direct(town, town.uri()).store.get_registered_model("riskmodels.log.1").tags


def test_a_head_of_another_log_is_told_apart(town: Town, registry: Direct) -> None:
    log = DecisionLog(town.bundles)
    mine = head_of(registry.log()[0])
    with Session(registry.store.engine) as session:
        log.check_signed(session, [None, mine])
        for head in (mine.replace(mine[-1], "0" if mine[-1] != "0" else "1"), f"77:{'ab' * 32}", "1", "0:", "x:y"):
            with pytest.raises(UntrustedError, match="older than what was signed"):
                log.check_signed(session, [head])
