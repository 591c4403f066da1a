"""Many at once, a server killed in the middle, a backup put back: on PostgreSQL, with its two workers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests
from mlflow.exceptions import MlflowException

from riskmodels.governance.envelopes import tag_name
from riskmodels.registry.governed.address import BUNDLES, KEY_FILE, PASSPHRASE, WORKSPACE
from riskmodels.registry.governed.own_tables import check_own_tables
from riskmodels.registry.governed.server_setup import accept_restored_log
from tests.integration.registry_server.postgres import Cluster
from tests.integration.registry_server.site import Site
from tests.unit.registry.governed_town import MODEL, Registered

pytestmark = [pytest.mark.service("postgresql"), pytest.mark.xdist_group("registry on postgresql")]


@pytest.fixture
def site(postgresql_site: Site) -> Site:
    return postgresql_site


def _database(site: Site) -> str:
    return site.registry_uri.rpartition("/")[2]


def _waits_for_a_lock(cluster: Cluster, site: Site) -> bool:
    asked = f"select 1 from pg_stat_activity where datname = '{_database(site)}' and wait_event_type = 'Lock'"
    return bool(cluster.execute(asked))


def test_twenty_promotions_and_suspensions_at_once_leave_one_chain_and_one_holder(site: Site, cluster: Cluster) -> None:
    town = site.town
    versions = [site.approved() for _ in range(4)]
    versions[0].promote()
    stops = [town.council.suspension(versions[3].candidate, reason=f"Complaint {number}") for number in range(8)]
    asked: list[Callable[[], object]] = [
        lambda one=versions[number % 4]: one.promote()  # type: ignore[misc]
        for number in range(12)
    ]
    asked += [
        lambda stop=stop: site.client().set_model_version_tag(MODEL, str(versions[3].version), tag_name(stop), stop)  # type: ignore[misc]
        for stop in stops
    ]
    held: list[int] = []
    over = threading.Event()

    def watch() -> None:
        count = f"select count(*) from registered_model_aliases where name = '{MODEL}' and alias = 'champion'"
        with psycopg.connect(f"postgresql:{cluster.uri(_database(site))}", autocommit=True) as connection:
            while not over.is_set():
                held.append(int(connection.execute(count).fetchone()[0]))  # type: ignore[arg-type,index]
                time.sleep(0.005)

    watching = threading.Thread(target=watch)
    watching.start()
    before = len(site.log())
    with ThreadPoolExecutor(20) as everybody:
        outcomes = list(everybody.map(_outcome, asked))
    over.set()
    watching.join()
    log = site.log()[before:]
    assert {1} == set(held)
    assert {"done", "PERMISSION_DENIED"} >= set(outcomes)
    assert 20 == len(log)
    promoted = [one for one in log if one.event == "promoted"]
    assert promoted[-1].version == site.alias()
    assert 8 == sum(one.event == "suspended" for one in log)
    first_stop = next(one.number for one in log if one.event == "suspended")
    assert [] == [one for one in promoted if one.number > first_stop and one.version == versions[3].version]


def test_a_server_killed_in_mid_promotion_leaves_the_old_state_and_a_log_that_says_so(
    site: Site, cluster: Cluster
) -> None:
    old, new = site.approved(), site.approved()
    old.promote()
    before = site.log()
    with psycopg.connect(f"postgresql:{cluster.uri(_database(site))}") as holding:
        holding.execute("lock table riskmodels_log in exclusive mode")  # alias and tag are written; the entry waits
        with _asking(site, new):
            until = time.monotonic() + 20
            while not _waits_for_a_lock(cluster, site) and time.monotonic() < until:
                time.sleep(0.02)
            assert _waits_for_a_lock(cluster, site)
            site.kill()
        holding.rollback()
    site.start()
    assert old.version == site.alias()
    assert before == site.log()
    tags = site.client().get_model_version(MODEL, str(new.version)).tags
    assert not [key for key in tags if key.startswith("riskmodels.promotion.")]
    new.promote()
    site.kill()
    site.start()
    assert new.version == site.alias()
    assert ("promoted", new.version) == (site.log()[-1].event, site.log()[-1].version)


def test_a_backup_that_is_put_back_is_noticed_and_must_be_accepted(
    site: Site, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = site.approved()
    back_to = len(site.log()) - 3
    with psycopg.connect(f"postgresql:{cluster.uri(_database(site))}") as owner:  # as a restored backup would
        owner.execute("set session_replication_role = replica")
        owner.execute("delete from riskmodels_log where number > %s", [back_to])
    for attempt in (one.promote, lambda: site.client().get_registered_model(f"riskmodels.status.{MODEL}")):
        with pytest.raises(MlflowException, match="older than what was signed") as caught:
            attempt()
        assert 403 == caught.value.get_http_status_code()
    assert back_to == len(site.log())
    for name in (WORKSPACE, KEY_FILE, PASSPHRASE, BUNDLES):
        monkeypatch.setenv(name, site.environment[name])
    accept_restored_log(site.registry_uri, reason="Backup of last night", at=site.town.now)
    one.promote()
    assert ["restored", "promoted"] == [entry.event for entry in site.log()[-2:]]


def test_the_servers_account_may_only_add_to_the_log(site: Site) -> None:
    place = site.backend_uri.partition(":")[2]
    for statement in (
        "update riskmodels_log set hash = ''",
        "delete from riskmodels_log",
        "truncate riskmodels_log",
        "drop table riskmodels_log",
        "alter table riskmodels_log disable trigger all",
        "update riskmodels_roots set envelope = ''",
        "create table mine (x int)",
    ):
        with psycopg.connect(f"postgresql:{place}") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[arg-type]


def test_even_the_owner_cannot_change_the_log_by_mistake(site: Site, cluster: Cluster) -> None:
    for statement in ("update riskmodels_log set hash = ''", "delete from riskmodels_log", "truncate riskmodels_log"):
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            cluster.execute(statement, database=_database(site))


def test_a_server_with_the_owners_account_or_without_tables_does_not_start(site: Site, cluster: Cluster) -> None:
    from sqlalchemy import create_engine

    cluster.execute("create database bare")
    for database, why in ((_database(site), "has the right UPDATE"), ("bare", "has no table")):
        engine = create_engine(f"postgresql+psycopg:{cluster.uri(database)}")
        with pytest.raises(Exception, match=why):
            check_own_tables(engine)
        engine.dispose()


def _outcome(ask: Callable[[], object]) -> str:
    try:
        ask()
    except MlflowException as error:
        return str(error.error_code)
    return "done"


@contextlib.contextmanager
def _asking(site: Site, one: Registered) -> Iterator[None]:
    """Ask for a promotion in another thread, and get no answer."""

    def unanswered() -> None:
        with contextlib.suppress(requests.ConnectionError):
            alias = {"name": MODEL, "alias": "champion", "version": str(one.version)}
            site.http("POST", "2.0/mlflow/registered-models/alias", **alias)

    asking = threading.Thread(target=unanswered)
    asking.start()
    try:
        yield
    finally:
        asking.join(30)
