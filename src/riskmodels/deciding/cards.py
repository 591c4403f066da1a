"""The card of a registered version as it stands now: who has signed, what the gate says, whether it is live."""

from __future__ import annotations

import datetime
from pathlib import Path

from riskmodels.atomic import whole_file
from riskmodels.deciding.going_live import pin_of, registry_of
from riskmodels.deciding.kept import read_kept
from riskmodels.deciding.papers import card_files
from riskmodels.deciding.put_forward import run_folder
from riskmodels.errors import UntrustedError
from riskmodels.governance import gate, verification
from riskmodels.governance.attestations import Promotion
from riskmodels.governance.documents.whole import read_documents
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.pack import Pack
from riskmodels.workspace import Workspace

__all__ = ["write_card"]


def write_card(ws: Workspace, name: str, version: int, *, out: Path | None, at: datetime.datetime) -> tuple[Path, ...]:
    """Write a version's card as it stands now, in its three forms.

    The figures are those that the author signed; how it stands is what the registry holds now. The card that was
    signed, without what came after, stays beside it as ``card.*``.

    Parameters
    ----------
    ws : Workspace
        With the run that the version came from.
    name, version : str, int
        The version.
    out : Path or None
        Folder to write to; ``model_cards/<name>/<version>`` when not given.
    at : datetime
        Now, in UTC.

    Raises
    ------
    RegistryError
        If the registry has no such version, or its run is not here.
    UntrustedError
        If what was signed does not hold.
    OutputError
        If it cannot be written.
    """
    registry = registry_of(ws)
    pack = registry.pack(name, version=version)
    evidence = verification.gather(pack, pin=pin_of(ws, at=at), at=at)
    folder = run_folder(ws, name, run_id=registry.run_of(name, version))
    made = card_files(
        ws,
        name,
        folder,
        read_kept(folder),
        evidence.facts,
        read_documents(ws.folder, name).statement,
        root=evidence.root,
        decision=gate.decide(evidence),
        words=evidence.words,
        version=str(version),
        promotion=_promotion(pack, evidence),
    )
    place = out if out is not None else ws.folder / "model_cards" / name / str(version)
    paths = []
    for file, data in made.files.items():
        path = place / file.replace("card.", "card-now.")
        with whole_file(path) as draft:
            draft.write_bytes(data)
        paths.append(path)
    return tuple(paths)


def _promotion(pack: Pack, evidence: Evidence) -> Promotion | None:
    try:
        return verification.verify_promotion(pack, evidence)
    except UntrustedError:
        return None  # not promoted, or no longer: the card says what the gate says
