"""The model card: one page for anybody, the details for whoever wants them, and the same as data.

::

    make_card(facts, statement=..., ...)   -> Card
    card_findings(card)                    -> what is blank or not measured
    card_json(card)  card_markdown(card)  card_html(card)
"""

from riskmodels.governance.card.as_html import card_html
from riskmodels.governance.card.as_json import card_json, card_schema, published_schema
from riskmodels.governance.card.as_markdown import card_markdown
from riskmodels.governance.card.blocks import CardPlot, CardTable, TableLike
from riskmodels.governance.card.card import Card
from riskmodels.governance.card.findings import card_findings
from riskmodels.governance.card.in_use import Signatory, signatories
from riskmodels.governance.card.making import make_card
from riskmodels.governance.card.written import WrittenByPeople, written_from

__all__ = [
    "Card",
    "CardPlot",
    "CardTable",
    "Signatory",
    "TableLike",
    "WrittenByPeople",
    "card_findings",
    "card_html",
    "card_json",
    "card_markdown",
    "card_schema",
    "make_card",
    "published_schema",
    "signatories",
    "written_from",
]
