"""Random numbers by named stream, so that a change to one part of the demo lake leaves the other parts as they were."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Streams"]


@dataclass
class Streams:
    """The random streams of one demo lake: the same seed and name always give the same numbers.

    Attributes
    ----------
    seed : int
        Not below zero.
    """

    seed: int
    _open: dict[str, np.random.Generator] = field(default_factory=dict, repr=False)

    def named(self, name: str) -> np.random.Generator:
        """Give the stream of a name, which goes on from where it was left."""
        if name not in self._open:
            root = np.random.SeedSequence([self.seed, zlib.crc32(name.encode())])
            self._open[name] = np.random.Generator(np.random.PCG64(root))
        return self._open[name]
