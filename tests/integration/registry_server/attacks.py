"""Ways round a governed registry, by stock client and raw HTTP: what each is answered, and what it must not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from riskmodels.governance.attestations import Promotion
from riskmodels.governance.envelopes import opened, tag_name
from riskmodels.governance.keys import new_signer
from tests.integration.registry_server.site import Site
from tests.unit.governance.signing import payload_of, with_payload
from tests.unit.registry.governed_town import MODEL, Registered

GOVERNED = {"name": MODEL}
MODELS, VERSIONS = "2.0/mlflow/registered-models", "2.0/mlflow/model-versions"


@dataclass(frozen=True)
class Target:
    """What is attacked.

    Attributes
    ----------
    live : Registered
        The version behind the alias.
    other : Registered
        One that nobody signed.
    lapsed : Registered
        One that everybody signed; the accountable officer's word has lapsed.
    weather : int
        A version of a model that is not governed; it has the alias ``champion``.
    """

    site: Site
    live: Registered
    other: Registered
    lapsed: Registered
    weather: int


Attack = Callable[[Target], requests.Response | None]


def _tag(one: Registered, key: str, value: str) -> Attack:
    return lambda t: t.site.http("POST", f"{VERSIONS}/set-tag", **_of(one), key=key, value=value)


def _of(one: Registered) -> dict[str, Any]:
    return {"name": one.name, "version": str(one.version)}


def _alias(one: Registered, alias: str = "champion", start: str = "/api") -> Attack:
    return lambda t: t.site.http("POST", f"{start}/{MODELS}/alias", **_of(one), alias=alias)


def _hand_in(t: Target, one: Registered, envelope: str) -> requests.Response:
    return _tag(one, tag_name(envelope), envelope)(t)  # type: ignore[return-value]


def _signed_by(t: Target, who: str) -> requests.Response:
    t.site.town.council.signers.setdefault("stranger", new_signer())
    return _hand_in(t, t.other, t.site.town.council.word(t.other.candidate, "siro", by=who))


def _create(t: Target, *tags: tuple[str, str], **more: Any) -> requests.Response:
    held = [{"key": key, "value": value} for key, value in tags]
    source = f"{t.site.client().get_run(t.other.run_id).info.artifact_uri}/bundle"
    body = {**GOVERNED, "source": source, "run_id": t.other.run_id, "tags": held}
    return t.site.http("POST", f"{VERSIONS}/create", **(body | more))


def _self_promoted(t: Target) -> requests.Response:
    tags = t.site.client().get_model_version(MODEL, str(t.live.version)).tags.items()
    (held,) = [opened(text).attestation for key, text in tags if key.startswith("riskmodels.promotion.")][:1]
    assert isinstance(held, Promotion)
    mine = held.model_copy(update={"version": t.other.version, "candidate_digest": t.other.candidate_digest})
    return _hand_in(t, t.other, t.site.town.council.seal(mine, "author"))


def _forged_word(t: Target) -> requests.Response:
    word = t.site.town.council.word(t.live.candidate, "siro")
    payload = payload_of(word)
    payload["predicate"]["candidate_digest"] = t.other.candidate_digest
    return _tag(t.other, "riskmodels.word.0123456789abcdef", with_payload(word, payload))(t)  # type: ignore[return-value]


def _a_kept_tag(t: Target) -> str:
    tags = t.site.client().get_model_version(MODEL, str(t.live.version)).tags
    return next(key for key in sorted(tags) if key.startswith("riskmodels.word."))


def _logged_model(t: Target) -> requests.Response:
    made = t.site.http("POST", "2.0/mlflow/logged-models", experiment_id="0", name="sneaky", model_type="").json()
    model = made["model"]["info"]["model_id"]
    return _create(t, source=f"models:/{model}", model_id=model, run_id="")


REFUSED: dict[str, tuple[str, Attack]] = {
    # Aliases
    "alias without an attestation, by the stock client": ("has not signed", lambda t: t.other.promote()),
    "alias without an attestation, by raw HTTP": ("has not signed", lambda t: _alias(t.other)(t)),
    "alias by the path of the web pages": ("has not signed", lambda t: _alias(t.other, start="/ajax-api")(t)),
    "alias whose approval has lapsed": ("signature has lapsed", lambda t: _alias(t.lapsed)(t)),
    "an alias that nobody guards": ("not among the guarded", lambda t: _alias(t.other, "live")(t)),
    "MLflow's own alias": ("not among the guarded", lambda t: _alias(t.other, "latest")(t)),
    "the guarded alias in capitals": ("not among the guarded", lambda t: _alias(t.live, "CHAMPION")(t)),
    "delete the alias": ("is kept", lambda t: t.site.client().delete_registered_model_alias(MODEL, "champion")),
    "delete the alias by raw HTTP": (
        "is kept",
        lambda t: t.site.http("DELETE", f"{MODELS}/alias", **GOVERNED, alias="champion"),
    ),
    # Signatures
    "another version's word": (
        "about another",
        lambda t: _hand_in(t, t.other, t.site.town.council.word(t.live.candidate, "siro")),
    ),
    "a word by an unknown key": ("not that of siro", lambda t: _signed_by(t, "stranger")),
    "a word by the author's own key": ("not that of siro", lambda t: _signed_by(t, "author")),
    "a word by a revoked key": ("was revoked", lambda t: _signed_by(t, "former_siro")),
    "a forged word": ("no signature on it holds", _forged_word),
    "a promotion that the author signed": ("is not handed in here", _self_promoted),
    # Tags
    "a note of one's own": ("no signed envelope", lambda t: _tag(t.other, "approved_by", "everybody")(t)),
    "a governance tag of one's own": ("no signed", lambda t: _tag(t.other, "riskmodels.word.1", "approved")(t)),
    "edit a governance tag": ("no signed", lambda t: _tag(t.live, _a_kept_tag(t), "approved")(t)),
    "delete a governance tag": (
        "is kept",
        lambda t: t.site.http("DELETE", f"{VERSIONS}/delete-tag", **_of(t.live), key=_a_kept_tag(t)),
    ),
    "delete a governance tag by the stock client": (
        "is kept",
        lambda t: t.site.client().delete_model_version_tag(MODEL, str(t.live.version), _a_kept_tag(t)),
    ),
    "a tag on the model itself": (
        "no signed",
        lambda t: t.site.http("POST", f"{MODELS}/set-tag", **GOVERNED, key="approved", value="yes"),
    ),
    "turn the model into a prompt": (
        "no signed",
        lambda t: t.site.http("POST", f"{MODELS}/set-tag", **GOVERNED, key="mlflow.prompt.is_prompt", value="true"),
    ),
    # Versions
    "a version without a signed candidate": ("author's signed statement", lambda t: _create(t)),
    "a version with forged tags": (
        "author's signed statement",
        lambda t: _create(t, (tag_name(t.other.candidate), t.other.candidate), ("riskmodels.word.0", "approved")),
    ),
    "a version as a prompt": (
        "author's signed statement",
        lambda t: _create(t, ("mlflow.prompt.is_prompt", "true"), source="prompt-template", run_id=""),
    ),
    "the same candidate once more": (
        "already",
        lambda t: _create(t, (tag_name(t.other.candidate), t.other.candidate)),
    ),
    "a copy from a model that is not governed": (
        "author's signed statement",
        lambda t: _create(t, source="models:/weather/1", run_id=""),
    ),
    "a version from a logged model": ("author's signed statement", _logged_model),
    "delete a version, to make its number anew": (
        "is kept",
        lambda t: t.site.http("DELETE", f"{VERSIONS}/delete", **_of(t.live)),
    ),
    "delete the model": ("is kept", lambda t: t.site.client().delete_registered_model(MODEL)),
    "a stage": (
        "stages are not guarded",
        lambda t: t.site.http(
            "POST",
            f"{VERSIONS}/transition-stage",
            **_of(t.other),
            stage="Production",
            archive_existing_versions=True,
        ),
    ),
    "words beside the card": (
        "beside it",
        lambda t: t.site.http("PATCH", f"{VERSIONS}/update", **_of(t.other), description="Approved"),
    ),
    "words beside the model": (
        "beside it",
        lambda t: t.site.http("PATCH", f"{MODELS}/update", **GOVERNED, description="Approved"),
    ),
    # Names
    "rename it away": (
        "renamed",
        lambda t: t.site.client().rename_registered_model(MODEL, "elsewhere"),
    ),
    "rename an aliased model into its place": (
        "renamed",
        lambda t: t.site.http("POST", f"{MODELS}/rename", name="weather", new_name=MODEL),
    ),
    "rename an aliased model into another governed place": (
        "renamed",
        lambda t: t.site.http("POST", f"{MODELS}/rename", name="weather", new_name="care_demand"),
    ),
    "make a model under a reserved name": (
        "kept for what the registry",
        lambda t: t.site.http("POST", f"{MODELS}/create", name="riskmodels.trust"),
    ),
    "write a trust root of one's own": (
        "kept for what the registry",
        lambda t: t.site.http("POST", f"{MODELS}/set-tag", name="riskmodels.trust", key="root.2", value="{}"),
    ),
}
"""What is asked, what the answer says, and how it is asked."""
