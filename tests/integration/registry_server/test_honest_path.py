"""On a real server, the honest path works; and names that are not governed live as in stock MLflow."""

from __future__ import annotations

import time

import pytest

from riskmodels.governance.envelopes import opened, tag_name
from riskmodels.governance.trust import opened_root
from riskmodels.governance.verification import gather, verify_promotion, verify_status
from tests.integration.registry_server.site import Site
from tests.unit.registry.governed_town import MODEL


def test_a_version_that_everybody_signed_goes_live_within_two_seconds_and_can_be_verified_by_anybody(
    site: Site,
) -> None:
    one, council = site.approved(), site.town.council
    begun = time.monotonic()
    one.promote()
    assert time.monotonic() - begun < 2
    assert one.version == site.alias()
    tags = site.client().get_model_version(MODEL, str(one.version)).tags
    said = [text for key, text in tags.items() if not key.startswith("riskmodels.candidate.")]
    pack = council.pack(one.candidate, *said, version=one.version)
    promotion = verify_promotion(pack, gather(pack, pin=council.pin, at=site.town.now), alias="champion")
    entries = {f"{entry.number}:{entry.hash}": entry for entry in site.log()}
    assert "signed" == entries[promotion.log_head].event
    status = site.client().get_registered_model(f"riskmodels.status.{MODEL}").tags["status"]
    seen = verify_status(status, root=council.in_force, model=MODEL, at=opened(status).attestation.at, oldest_days=1)  # type: ignore[union-attr]
    assert {"champion": one.candidate_digest} == seen.live


def test_a_suspension_counts_at_once_and_going_back_works(site: Site) -> None:
    first, second = site.approved(), site.approved()
    first.promote()
    second.promote()
    second.hand_in(site.town.council.suspension(second.candidate))
    with pytest.raises(Exception, match="suspended on"):
        second.promote()
    first.promote()
    assert first.version == site.alias()
    assert ["promoted", "promoted", "suspended", "refused", "promoted"] == [one.event for one in site.log()][-5:]


def test_standing_approvals_and_roots_are_told_to_any_client(site: Site) -> None:
    one = site.register()
    standing = site.town.council.standing(one.candidate, role="siro")
    site.client().set_registered_model_tag(MODEL, tag_name(standing), standing)
    assert standing in site.client().get_registered_model(MODEL).tags.values()
    trust = site.client().get_registered_model("riskmodels.trust").tags
    assert site.town.council.pin == opened_root(trust["root.1"]).root.digest


def test_a_name_that_is_not_governed_lives_as_in_stock_mlflow(site: Site) -> None:
    client, length = site.client(), len(site.log())
    client.create_registered_model("rain", tags={"team": "housing"}, description="How much")
    made = client.create_model_version("rain", "s3://somewhere/model", tags={"a": "b"})
    client.set_registered_model_alias("rain", "champion", made.version)
    client.set_model_version_tag("rain", made.version, "riskmodels.word.0", "anything")
    client.update_model_version("rain", made.version, "Much")
    client.rename_registered_model("rain", "snow")
    assert made.version == client.get_model_version_by_alias("snow", "champion").version
    client.delete_registered_model_alias("snow", "champion")
    client.delete_model_version("snow", made.version)
    client.delete_registered_model("snow")
    assert length == len(site.log())
