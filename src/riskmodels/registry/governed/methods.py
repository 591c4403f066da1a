"""Every public method of MLflow's registry store, and what it may do to a governed name. What is not here is not run.

Made for the MLflow versions in :data:`MADE_FOR`. When a later MLflow brings a method that is not here, the registry
does not start, and a test fails, until somebody has decided.

What reaches the registry's tables or files without one of these methods, and what is done about it
-----------------------------------------------------------------------------------------------------
- Logged models, runs, traces, prompts' links and MLflow's accounts are tables of their own; deleting them changes
  nothing here. GraphQL reads only.
- Deleting an MLflow workspace deletes its models. Workspaces cannot be turned on: the store says it has none.
- Jobs of the server can run scorers that clients register, beside the registry's key: such a server does not start.
- The artefact proxy and experiments that are kept in a folder of the server can be written to by any client. Neither
  can be in protected storage, where promoted models are kept.
- ``mlflow db`` and ``mlflow gc``, and any other program with the database's password, could write to MLflow's own
  tables. Only the server has it; an alias that the server did not countersign is not live, and goes at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["MADE_FOR", "METHODS", "Rule", "undecided"]

MADE_FOR = ("3.17",)
"""MLflow's versions, without the last number, whose methods were all looked at."""

How = Literal["read", "stock", "checked", "refused"]


@dataclass(frozen=True)
class Rule:
    """What one method may do.

    Attributes
    ----------
    how : {"read", "stock", "checked", "refused"}
        It only reads; it does to any name what stock MLflow does, for it writes nothing that is governed; it is checked
        where the name is governed; or it is refused there. Names that are not governed are always as in stock MLflow.
    why : str
        Why so.
    names : tuple of str
        The arguments that name a registered model.
    """

    how: How
    why: str
    names: tuple[str, ...] = ("name",)


_READ = Rule("read", "it changes nothing", ())
_PROMPT = "a prompt is a registered model by another name, so it would be a way round"
_STAGE = "stages are not guarded by signatures; the guarded aliases are the only way to go live"
_WORDS = "what describes a governed model is its card, which is signed; words beside it are not"
_GONE = "what was ever signed is kept; a suspension is how a model is stopped"

METHODS: dict[str, Rule] = {
    # Registered models
    "create_registered_model": Rule("checked", "governed names are made empty; reserved names are not made"),
    "get_registered_model": Rule("read", "reserved names are answered from the registry's own tables"),
    "search_registered_models": _READ,
    "update_registered_model": Rule("refused", _WORDS),
    "rename_registered_model": Rule(
        "refused",
        "a model renamed into place would bring its aliases along, and one renamed away would take its signatures",
        ("name", "new_name"),
    ),
    "delete_registered_model": Rule("refused", _GONE),
    "set_registered_model_tag": Rule("checked", "only approvals of retrains and orders to stop, signed by who may"),
    "delete_registered_model_tag": Rule("refused", _GONE),
    "get_latest_versions": Rule("read", "latest is never an approval: services go by guarded aliases alone"),
    # Versions
    "create_model_version": Rule("checked", "one valid candidate, signed by an author, and nothing else"),
    "copy_model_version": Rule("refused", "a version comes in by its author's signature", ("dst_name",)),
    "get_model_version": _READ,
    "get_model_version_by_alias": _READ,
    "get_model_version_download_uri": _READ,
    "search_model_versions": _READ,
    "update_model_version": Rule("refused", _WORDS),
    "transition_model_version_stage": Rule("refused", _STAGE),
    "delete_model_version": Rule("refused", _GONE),
    "set_model_version_tag": Rule("checked", "only statements about this version, signed by who may, and once"),
    "delete_model_version_tag": Rule("refused", _GONE),
    # Aliases
    "set_registered_model_alias": Rule("checked", "a guarded alias is a promotion: the gate runs again"),
    "delete_registered_model_alias": Rule("refused", _GONE),
    # Prompts
    "create_prompt": Rule("refused", _PROMPT),
    "create_prompt_version": Rule("refused", _PROMPT),
    "delete_prompt": Rule("refused", _PROMPT),
    "delete_prompt_alias": Rule("refused", _PROMPT),
    "delete_prompt_tag": Rule("refused", _PROMPT),
    "delete_prompt_version": Rule("refused", _PROMPT),
    "delete_prompt_version_tag": Rule("refused", _PROMPT),
    "get_prompt": _READ,
    "get_prompt_version": _READ,
    "get_prompt_version_by_alias": _READ,
    "link_prompt_version_to_model": Rule("stock", "it writes to the tracking store, which is not governed", ()),
    "link_prompt_version_to_run": Rule("stock", "it writes to the tracking store, which is not governed", ()),
    "link_prompts_to_trace": Rule("stock", "it writes to the tracking store, which is not governed", ()),
    "search_prompt_versions": _READ,
    "search_prompts": _READ,
    "set_prompt_alias": Rule("refused", _PROMPT),
    "set_prompt_tag": Rule("refused", _PROMPT),
    "set_prompt_version_tag": Rule("refused", _PROMPT),
    # Webhooks
    "create_webhook": Rule("stock", "it is told of changes and makes none; only an administrator may make one", ()),
    "delete_webhook": Rule("stock", "it is told of changes and makes none", ()),
    "get_webhook": _READ,
    "list_webhooks": _READ,
    "list_webhooks_by_event": _READ,
    "test_webhook": Rule("stock", "it is told of changes and makes none", ()),
    "update_webhook": Rule("stock", "it is told of changes and makes none", ()),
    # Not methods
    "CREATE_MODEL_VERSION_RETRIES": _READ,
    "supports_workspaces": Rule("read", "no: deleting an MLflow workspace would delete models past this list", ()),
}


def undecided(*stores: type) -> tuple[str, ...]:
    """Name the public attributes of stores that nobody has decided on."""
    public = {name for store in stores for name in dir(store) if not name.startswith("_")}
    return tuple(sorted(public - METHODS.keys()))
