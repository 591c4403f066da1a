"""A lake without its future, and one with another future: the past is the same in both."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from riskmodels.errors import TooManyBadRows
from riskmodels.lake import Extract, Lake
from tests.lakes import lay, moment, open_lake, typed, written
from tests.unit.lake.examples import CONTRACTS, Payments, Persons, Returns, Tenancies

NOW = moment("2024-01-15")
VISIBLE = f"_visible_from < '{NOW}' and (_superseded_from is null or _superseded_from >= '{NOW}')"


def history(rows: int, seed: int) -> dict[type[Extract], list[dict[str, Any]]]:
    chance = random.Random(seed)

    def day() -> str:
        return f"2024-01-{chance.randrange(1, 29):02}"

    payments = [
        {
            "payment_id": f"p{chance.randrange(rows // 2)}",
            "tenancy_id": f"t{chance.randrange(1, 9)}",
            "paid_on": day(),
            "loaded_at": day(),
            "amount_gbp": str(chance.randrange(99)),
            "is_deleted": chance.choice(["yes", "no", "no"]),
            "method": chance.choice(["card", "cash", ""]),
        }
        for _ in range(rows)
    ]
    tenancies = [
        {
            "tenancy_id": f"t{place}",
            "started_on": f"2024-01-{place:02}",
            "ended_on": "2024-01-28",
            "recorded_at": day(),
            "lsoa21": "E1",
        }
        for place in range(1, 9)
    ]
    persons = [
        {"person_id": f"a{place}", "registered_on": day(), "sex": "Male", "date_of_birth": "1980-05-05"}
        for place in range(9)
    ]
    returns = [
        {"person_id": f"a{place % 3}", "service": "home", "hours": "2", "visits": "3", "cut_on": day()}
        for place in range(40)
    ]
    cells = {Payments: payments, Tenancies: tenancies, Persons: persons, Returns: returns}
    return {extract: typed(extract, found) for extract, found in cells.items()}


def visible(lake: Lake, extract: type[Extract]) -> pa.Table:
    """Give what can be seen at NOW, without the rank (later rows may move it) and the end of the span."""
    name = lake.prepare(extract)
    return lake.query(f"select * exclude (_order, _superseded_from) from {name} where {VISIBLE} order by _order")


def everything(lake: Lake, extract: type[Extract]) -> list[dict[str, Any]]:
    return lake.query(f"select * from {lake.prepare(extract)} order by _order").to_pylist()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("extract", CONTRACTS.values(), ids=CONTRACTS)
def test_what_can_be_seen_is_the_same_with_no_future_and_with_another(
    tmp_path: Path, extract: type[Extract], seed: int
) -> None:
    lay(tmp_path, history(300, seed))
    with open_lake(tmp_path, CONTRACTS) as lake:
        seen = visible(lake, extract)
        assert 0 < seen.num_rows
        assert seen.equals(visible(lake.as_known_at(NOW), extract))
        assert seen.equals(visible(lake.with_future_perturbed(NOW, seed=seed), extract))


def test_no_row_that_happened_or_was_known_at_the_moment_or_after_is_left(tmp_path: Path) -> None:
    table = """
        payment_id | paid_on    | loaded_at           | amount_gbp
        before     | 2024-01-14 | 2024-01-14 23:59:59 | 1
        happens    | 2024-01-15 | 2024-01-10 00:00:00 | 2
        known      | 2024-01-10 | 2024-01-15 00:00:00 | 3
        later      | 2024-01-16 | 2024-01-16 00:00:00 | 4
        """
    lay(tmp_path, {Payments: typed(Payments, written(table))})
    with open_lake(tmp_path, CONTRACTS) as lake:
        derived = lake.as_known_at(NOW)
        name = derived.prepare(Payments)
        assert [{"amount": 1}] == derived.query(f"select amount_gbp::int as amount from {name}").to_pylist()


def test_a_derived_lake_does_not_disturb_the_one_it_comes_from(tmp_path: Path) -> None:
    lay(tmp_path, history(200, 1))
    with open_lake(tmp_path, CONTRACTS) as lake:
        before = everything(lake, Payments)
        derived = lake.with_future_perturbed(NOW, seed=1)
        derived.put("spine", pa.table({"entity": [1]}))
        changed = everything(derived, Payments)
        lake.put("spine", pa.table({"entity": [2, 3]}))
        assert [{"entity": 1}] == derived.query("from spine").to_pylist()
        assert before == everything(lake, Payments)
        derived.close()
        assert before == everything(lake, Payments)
    assert before != changed


def test_another_future_has_other_values_other_keys_and_rows_that_come_twice(tmp_path: Path) -> None:
    rows = history(400, 2)
    lay(tmp_path, rows)
    select = "_event >= timestamp '2024-01-15' or _known >= timestamp '2024-01-15'"
    with open_lake(tmp_path, CONTRACTS) as lake:
        perturbed = lake.with_future_perturbed(NOW, seed=5)
        quality = perturbed.quality([Payments]).extracts[0]
        assert lake.quality([Payments]).extracts[0].duplicates < quality.duplicates
        future = [set(), set()]  # type: list[set[Any]]
        for place, one in enumerate((lake, perturbed)):
            sql = f"select payment_id, tenancy_id, amount_gbp, method from {one.prepare(Payments)} where {select}"
            future[place] = {tuple(row.values()) for row in one.query(sql).to_pylist()}
        kept = len(future[0] & future[1])
        assert kept < len(future[0]) / 10
        amounts = {row[2] for row in future[1]}
        assert min(amounts) < 0
        bounds = perturbed.query(f"select count(*) filter (not ({select})) as past, count(*) as rows from payments")
        past = lake.query(f"select count(*) as past from payments where not ({select})").to_pylist()[0]["past"]
        assert past == bounds.to_pylist()[0]["past"]


def test_the_same_seed_gives_the_same_future_and_another_seed_another(tmp_path: Path) -> None:
    lay(tmp_path, history(200, 3))
    with open_lake(tmp_path, CONTRACTS) as lake, open_lake(tmp_path, CONTRACTS, threads=2) as again:
        one = everything(lake.with_future_perturbed(NOW, seed=5), Payments)
        assert one == everything(again.with_future_perturbed(NOW, seed=5), Payments)
        assert one != everything(lake.with_future_perturbed(NOW, seed=6), Payments)


def test_a_derived_lake_can_be_derived_from_again(tmp_path: Path) -> None:
    lay(tmp_path, history(200, 4))
    with open_lake(tmp_path, CONTRACTS) as lake:
        once = everything(lake.as_known_at(NOW), Payments)
        twice = everything(lake.with_future_perturbed(NOW, seed=1).as_known_at(NOW), Payments)
        assert once == twice
        earlier = lake.as_known_at(NOW).as_known_at(moment("2024-01-10"))
        assert everything(lake.as_known_at(moment("2024-01-10")), Payments) == everything(earlier, Payments)
        assert 0 < len(everything(earlier, Payments)) < len(once)


def test_an_extract_that_is_refused_is_refused_in_a_derived_lake_too(tmp_path: Path) -> None:
    lay(tmp_path, {Payments: typed(Payments, [{"payment_id": "p1", "amount_gbp": "-1"}])})
    with open_lake(tmp_path, CONTRACTS) as lake:
        for derived in (lake.as_known_at(NOW), lake.with_future_perturbed(NOW, seed=1)):
            with pytest.raises(TooManyBadRows):
                derived.prepare(Payments)


def test_the_largest_numbers_can_be_scrambled(tmp_path: Path) -> None:
    row = {"person_id": "a", "hours": "1e308", "visits": str(-(2**63)), "cut_on": "2024-02-01"}
    lay(tmp_path, {Returns: typed(Returns, [row, {**row, "person_id": "b", "visits": str(2**63 - 1)}])})
    with open_lake(tmp_path, CONTRACTS) as lake:
        before = everything(lake, Returns)
        after = everything(lake.with_future_perturbed(NOW, seed=1), Returns)
    assert {row["visits"] for row in before}.isdisjoint(row["visits"] for row in after)


def test_a_lake_as_known_after_its_last_row_is_the_same_lake(tmp_path: Path) -> None:
    table = """
        payment_id | tenancy_id | paid_on    | loaded_at  | amount_gbp | is_deleted
        p1         | t1         | 2024-01-01 | 2024-01-02 | 1          | no
        p1         | t1         | 2024-01-01 | 2024-01-02 | 2          | no
        p1         | t1         | 2024-01-01 | 2024-01-05 | 3          | no
        p2         | t1         | 2024-01-01 | 2024-01-09 | 4          | yes
        """
    lay(tmp_path, {Payments: typed(Payments, written(table))})
    with open_lake(tmp_path, CONTRACTS) as lake:
        same = lake.as_known_at(NOW)
        assert everything(lake, Payments) == everything(same, Payments)
        assert lake.quality([Payments]) == same.quality([Payments])
        assert moment("2024-01-09") == lake.cut(Payments) == same.cut(Payments)


def test_rows_of_the_very_moment_are_scrambled(tmp_path: Path) -> None:
    rows = [
        {"payment_id": f"p{place}", "paid_on": "2024-01-15", "loaded_at": "2024-01-10", "amount_gbp": "5"}
        for place in range(9)
    ]
    lay(tmp_path, {Payments: typed(Payments, rows)})
    with open_lake(tmp_path, CONTRACTS) as lake:
        assert {-5} == {row["amount_gbp"] for row in everything(lake.with_future_perturbed(NOW, seed=1), Payments)}
