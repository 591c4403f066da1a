"""The door that services import: it verifies before it reads one byte of a model, and then it scores.

>>> from riskmodels.scoring import load                                                # doctest: +SKIP
>>> with load("rent_arrears", registry="https://models.example") as scorer:            # doctest: +SKIP
...     scorer.score(frame, purpose="homelessness_prevention", reasons=3)              # doctest: +SKIP

Importing this is light: MLflow is loaded only to speak to a registry, and never for a fetched copy.
"""

from riskmodels.scoring.amounts import AmountScore
from riskmodels.scoring.door import load
from riskmodels.scoring.scorer import Score, Scorer

__all__ = ["AmountScore", "Score", "Scorer", "load"]
