"""Turn pseudonyms back into references: for a worklist, and only by who holds the secret that made them."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.lake.casts import typed
from riskmodels.lake.contracts import ColumnSpec
from riskmodels.lake.pseudonyms import Pseudonyms
from riskmodels.lake.sources import ExtractFiles

__all__ = ["reveal_sql"]


def reveal_sql(spec: ColumnSpec, files: ExtractFiles, pseudonyms: Pseudonyms, asked: Sequence[int]) -> str:
    """Write the query for ``pseudonym, reference`` of the keys asked for, over ``extract_files``.

    Every key of the extract is made into its pseudonym again: there is no table of pseudonyms that could be stolen.
    """
    text, made = typed(spec, files)[0], pseudonyms.sql("reference", spec.key_of or "")
    wanted = ", ".join(str(int(one)) for one in asked) or "NULL"
    return (
        f"SELECT pseudonym, reference FROM (SELECT {made} AS pseudonym, reference "
        f"FROM (SELECT DISTINCT {text} AS reference FROM extract_files)) WHERE pseudonym IN ({wanted})"
    )
