"""The registry's own key: opened once, when it is first needed, and only good for what the trust root names it for."""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING

from riskmodels.errors import SigningError
from riskmodels.governance.attestations import Promotion, Status
from riskmodels.governance.envelopes import seal
from riskmodels.governance.keys import public_key, read_private_key
from riskmodels.governance.roles import Root
from riskmodels.registry.governed.address import Places

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = ["ServerKey"]


class ServerKey:
    """The key that promotions and statuses are countersigned with.

    Parameters
    ----------
    places : Places
        Where its file is.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._signer: CryptoSigner | None = None

    def seal(self, said: Promotion | Status, *, root: Root) -> str:
        """Sign a statement of the registry's server.

        Raises
        ------
        SigningError
            If the key cannot be opened, or the trust root in force does not name it for the registry.
        """
        return seal(said, self.opened(root=root, at=said.at))

    def opened(self, *, root: Root, at: datetime.datetime) -> CryptoSigner:
        """Give the key, if the trust root in force lets it speak for the registry.

        Raises
        ------
        SigningError
            If not.
        """
        if self._signer is None:
            passphrase = self._places.passphrase(os.environ)
            self._signer = read_private_key(self._places.key_file, passphrase=passphrase)
        held = [one for one in root.board.registry if one.key == public_key(self._signer)]
        if not any(one.revoked_from is None or one.revoked_from > at for one in held):
            why = "was revoked" if held else "is not named"
            raise SigningError(
                f"the registry's own key {why} in trust root {root.version}, so what it signs would not count",
                expected="its public key among the registry's holders of ethics/board.yaml, and so in the trust root",
                next_step="Propose a root that names it (riskmodels trust propose) and have the quorum sign it.",
                who="the roles that sign the trust root, and whoever runs the registry",
            )
        return self._signer
