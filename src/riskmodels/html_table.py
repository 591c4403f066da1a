"""One accessible HTML table, for notebooks: caption, headed rows and columns, everything escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["html_table"]


def html_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, notes: Sequence[str] = ()) -> str:
    """Draw a table that a screen reader can follow: the first cell of each row is its heading.

    Parameters
    ----------
    caption : str
        What the table shows.
    head : sequence of str, shape (n_columns,)
        Headings of the columns.
    rows : sequence of sequences of str, shape (n_rows, n_columns)
        Cells as text.
    notes : sequence of str
        Sentences to put below the table.

    Examples
    --------
    >>> html_table("Rows", ["Period", "Rows"], [["May <2024>", "12"]]).count("&lt;2024&gt;")
    1
    """
    columns = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>{body}</tbody></table>{below}"
    )
