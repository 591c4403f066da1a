"""How an extract is declared: once, as a pandera model, read three times.

A declaration validates frames (pandera), documents the extract (its data dictionary) and tells the demo lake what to
make. The same facts compile to SQL predicates, so that bad rows are found where the data is::

    class Payments(Extract, source=RENT_SYSTEM, folder="payments", row=("payment_id",),
                   history=events("paid_on", known_time="loaded_at")):
        payment_id: Text = key("payment", "Reference of the payment")
        tenancy_id: Text = key("tenancy", "Reference of the tenancy")
        paid_on: Day = column("Day the money arrived")
        amount_gbp: Money = column("Amount paid", unit="GBP", ge=0)
        loaded_at: Moment = column("When the lake received the row")
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.api.dataframe.model_components import FieldInfo
from pandera.engines import pandas_engine

from riskmodels.errors import DefinitionError
from riskmodels.lake.codes import check_codes, in_frame
from riskmodels.lake.history import History
from riskmodels.lake.rules import Ordered, RowRule, Together, ordered, together
from riskmodels.lake.telling_names import refuse_telling_names
from riskmodels.naming import nearest

__all__ = [
    "ColumnRef",
    "ColumnSpec",
    "Day",
    "Extract",
    "Flag",
    "Moment",
    "Money",
    "Number",
    "Ordered",
    "RowRule",
    "Source",
    "Text",
    "Together",
    "Whole",
    "birth_date",
    "column",
    "key",
    "ordered",
    "together",
]

Kind = Literal["key", "text", "money", "whole", "number", "day", "moment", "flag"]
Role = Literal["data", "links", "exclusions"]

# The types a column may have. Frames leave the lake as Arrow-backed pandas columns of these types.
Text = pandas_engine.ArrowString
Whole = pandas_engine.ArrowInt64
Number = pandas_engine.ArrowFloat64
Flag = pandas_engine.ArrowBool
Day = pandas_engine.ArrowDate32
Moment = Annotated[pandas_engine.ArrowTimestamp, "us", None]
Money = Annotated[pandas_engine.ArrowDecimal128, 12, 2, None]

# Columns that an extract's part in the lake calls for by name.
_ROLE_COLUMNS: dict[Role, tuple[str, ...]] = {"exclusions": ("kind", "ends_on")}

_KINDS: dict[type, Kind] = {
    pandas_engine.ArrowString: "text",
    pandas_engine.ArrowInt64: "whole",
    pandas_engine.ArrowFloat64: "number",
    pandas_engine.ArrowBool: "flag",
    pandas_engine.ArrowDate32: "day",
    pandas_engine.ArrowTimestamp: "moment",
    pandas_engine.ArrowDecimal128: "money",
}


@dataclass(frozen=True)
class Source:
    """A system that extracts come from, and why the council may use what it holds.

    Attributes
    ----------
    name, owner, system : str
        What it is called, the role that answers for it, and the system of record.
    lawful_basis, gateway : str
        Article 6 UK GDPR basis (or the Part 3 condition) and the statute that lets the council use the data.
    purposes : tuple of str
        The purposes it was collected for, or may lawfully be used for. A use case must name one of them.
    retention : str
        How long the source keeps a row.
    regime : str
        "UK GDPR", or "DPA 2018 Part 3" where offences are investigated.
    """

    name: str
    owner: str
    system: str
    lawful_basis: str
    gateway: str
    purposes: tuple[str, ...]
    retention: str
    regime: str = "UK GDPR"


@dataclass(frozen=True)
class ColumnSpec:
    """One declared column, as plain data: what it means and what it may hold."""

    name: str
    kind: Kind
    says: str
    unit: str | None = None
    nullable: bool = False
    values: tuple[str, ...] | None = None
    ge: Decimal | int | float | datetime.date | None = None
    le: Decimal | int | float | datetime.date | None = None
    pattern: str | None = None
    key_of: str | None = None
    protected: str | None = None
    special_category: bool = False
    birth_date: bool = False
    mapped: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None


class ColumnRef(str):
    """The name of a declared column that remembers its extract: ``Persons.sex``."""

    extract: type[Extract]

    def __new__(cls, name: str, extract: type[Extract]) -> ColumnRef:
        """Make the reference from a name and the extract that declares it."""
        ref = super().__new__(cls, name)
        ref.extract = extract
        return ref


class _Declared(FieldInfo):
    """A pandera field whose class attribute knows its extract."""

    def __get__(self, instance: Any, owner: type) -> str:
        return ColumnRef(self.name, owner)


def column(
    says: str,
    *,
    unit: str | None = None,
    nullable: bool = False,
    values: Sequence[str] | None = None,
    ge: Decimal | int | float | datetime.date | None = None,
    le: Decimal | int | float | datetime.date | None = None,
    pattern: str | None = None,
    protected: str | None = None,
    special_category: bool = False,
    mapped: Mapping[str, str] | None = None,
    otherwise: str | None = None,
    _facts: dict[str, Any] | None = None,
) -> Any:
    """Declare a column: its meaning, unit and what it may hold.

    Parameters
    ----------
    says : str
        The meaning, in words that a lay reader understands.
    unit : str, optional
        Unit of measure, such as ``"GBP"`` or ``"weeks"``.
    nullable : bool
        Whether a row may lack it.
    values : sequence of str, optional
        The code list: every value that is allowed.
    ge, le : number or date, optional
        Least and greatest allowed value.
    pattern : str, optional
        Regular expression that the whole text must match.
    protected : str, optional
        The protected characteristic of the Equality Act 2010 that it records, such as ``"race"``.
        A protected column is never a feature.
    special_category : bool
        Whether it is special category data (Article 9 UK GDPR).
    mapped : mapping of str to str, optional
        Codes that the standard has replaced, and what each is read as. Counted, never guessed.
    otherwise : str, optional
        What the standard calls a code that is neither in the list nor mapped; without it such a row is quarantined.
    """
    check_codes(values, mapped or {}, otherwise)
    if values is not None and otherwise is not None and otherwise not in values:
        values = (*values, otherwise)
    checks: list[pa.Check] = []
    if values is not None:
        checks.append(pa.Check.isin(list(values), name="allowed values"))
    if ge is not None:
        checks.append(pa.Check.ge(ge, name="not below the least"))
    if le is not None:
        checks.append(pa.Check.le(le, name="not above the greatest"))
    if pattern is not None:
        checks.append(pa.Check.str_matches(f"^(?:{pattern})$", name="of the right form"))
    facts = {
        "unit": unit,
        "values": None if values is None else tuple(values),
        "ge": ge,
        "le": le,
        "pattern": pattern,
        "protected": protected,
        "special_category": special_category,
        "mapped": tuple((mapped or {}).items()),
        "otherwise": otherwise,
        **(_facts or {}),
    }
    return _Declared(checks, nullable=nullable, nullable_explicit=True, description=says, metadata=facts)


def key(of: str, says: str, *, nullable: bool = False, pattern: str | None = None) -> Any:
    """Declare a key: a direct identifier, replaced by a keyed pseudonym when it is read.

    ``of`` says what kind of thing it names (``"tenancy"``, ``"person"``, ``"uprn"``); keys of one kind join. A key of
    kind ``"area"`` or ``"ward"`` names a place, not a person, and is read as it stands.
    """
    return column(says, nullable=nullable, pattern=pattern, _facts={"key_of": of})


def birth_date(says: str, *, nullable: bool = False) -> Any:
    """Declare a date of birth: only its year is read (as the 1st of January), enough for an age band."""
    facts = {"birth_date": True}
    return column(says, nullable=nullable, protected="age", ge=datetime.date(1900, 1, 1), _facts=facts)


class Extract(pa.DataFrameModel):
    """The base of every extract's contract.

    A subclass gives, in its first line, ``source``, ``folder``, ``row`` (the key of one row), ``history``, and where
    needed ``tolerance`` (share of rows that may be bad before a build stops), ``rules``, ``role`` and ``moving`` (False
    where new rows come seldom, so that an old newest row says nothing, as with licensing schemes).
    """

    _source: ClassVar[Source]
    _folder: ClassVar[str]
    _row: ClassVar[tuple[str, ...]]
    _history: ClassVar[History]
    _tolerance: ClassVar[float]
    _rules: ClassVar[tuple[RowRule, ...]]
    _role: ClassVar[Role]
    _moving: ClassVar[bool]
    _columns: ClassVar[dict[str, ColumnSpec]]

    def __init_subclass__(
        cls,
        *,
        source: Source | None = None,
        folder: str | None = None,
        row: Sequence[str] | None = None,
        history: History | None = None,
        tolerance: float = 0.01,
        rules: Sequence[RowRule] = (),
        role: Role = "data",
        moving: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)  # type: ignore[no-untyped-call]
        if source is None or folder is None or row is None or history is None:
            raise DefinitionError(
                f"extract {cls.__name__} does not give its source, folder, row and history",
                expected="class Name(Extract, source=..., folder=..., row=(...), history=...)",
                next_step="Add what is missing to the first line of the class in features/extracts.py.",
                who="the owner of the source",
            )
        cls._source, cls._folder, cls._row, cls._history = source, folder, tuple(row), history
        cls._tolerance, cls._rules, cls._role, cls._moving = tolerance, tuple(rules), role, moving
        cls._columns = {name: _spec(name, declared) for name, declared in cls.to_schema().columns.items()}
        cls._check_names()

    class Config:
        """pandera's settings: other columns may be present; they are never read."""

        strict = False

    @classmethod
    def _check_names(cls) -> None:
        declared = cls._columns
        private = [name for name in vars(cls).get("__annotations__", {}) if name.startswith("_")]  # pandera skips these
        for name in (*declared, *private):
            if name in private or hasattr(Extract, name):
                raise DefinitionError(
                    f"extract {cls.__name__} declares a column {name!r}, a name that contracts keep for themselves",
                    expected="a column name without a leading underscore, other than row, source, history and the like",
                    next_step="Rename the column where the extract is made, and declare it under that name.",
                    who="the owner of the source",
                )
        refuse_telling_names(cls.__name__, declared)
        history = cls._history
        clocks = [name for name in (history.event_time, history.known_time, history.deleted) if name]
        ruled = [name for rule in cls._rules for name in (rule.first, rule.second)]
        for name in (*cls._row, *clocks, *history.fixed, *ruled, *_ROLE_COLUMNS.get(cls._role, ())):
            if name not in declared:
                raise DefinitionError(
                    f"extract {cls.__name__} names the column {name!r}, which it does not declare",
                    expected=f"one of its columns{nearest(name, declared)}",
                    next_step="Declare the column, or correct the name, in features/extracts.py.",
                    who="the owner of the source",
                )

    @classmethod
    def columns(cls) -> dict[str, ColumnSpec]:
        """Give the declared columns by name, as plain data."""
        return cls._columns

    @classmethod
    def schema(cls) -> pa.DataFrameSchema:
        """Give the pandera schema: column checks, clocks that are never empty, and the rules between columns."""
        schema = cls.to_schema()
        rules = [pa.Check(rule.holds, name=rule.name) for rule in cls._rules]
        rules += [
            pa.Check(_finite(spec.name), name=spec.name) for spec in cls._columns.values() if spec.kind == "number"
        ]
        rules += [
            pa.Check(_there(name), name=name) for name in (cls._history.event_time, cls._history.known_time) if name
        ]
        coded = [spec for spec in cls._columns.values() if spec.mapped or spec.otherwise is not None]
        return pa.DataFrameSchema(
            schema.columns,
            checks=[*schema.checks, *rules],
            parsers=[pa.Parser(lambda frame: in_frame(coded, frame))] if coded else [],
            strict=False,
            name=cls._folder,
        )

    @classmethod
    def source(cls) -> Source:
        """Give the system the extract comes from."""
        return cls._source

    @classmethod
    def folder(cls) -> str:
        """Give the extract's folder in the lake; it also names the relation in SQL."""
        return cls._folder

    @classmethod
    def row(cls) -> tuple[str, ...]:
        """Give the columns that identify a row; several versions of one row share them."""
        return cls._row

    @classmethod
    def history(cls) -> History:
        """Give the extract's two clocks."""
        return cls._history

    @classmethod
    def tolerance(cls) -> float:
        """Give the share of rows, in [0, 1], that may be bad before a build stops."""
        return cls._tolerance

    @classmethod
    def rules(cls) -> tuple[RowRule, ...]:
        """Give the rules between columns."""
        return cls._rules

    @classmethod
    def role(cls) -> Role:
        """Give the extract's part: data, links between sources, or people to leave out."""
        return cls._role

    @classmethod
    def moving(cls) -> bool:
        """Say whether new rows are expected all the time, so that the age of the newest one matters."""
        return cls._moving

    @classmethod
    def key_column(cls, of: str) -> str | None:
        """Give the column that holds keys of a kind, or None."""
        for spec in cls.columns().values():
            if spec.key_of == of:
                return spec.name
        return None


def _spec(name: str, declared: Any) -> ColumnSpec:
    facts: dict[str, Any] = dict(declared.metadata or {})
    kind: Kind = "key" if facts.get("key_of") else _KINDS[type(declared.dtype)]
    return ColumnSpec(name=name, kind=kind, says=declared.description, nullable=declared.nullable, **facts)


def _finite(name: str) -> Any:
    def check(frame: pd.DataFrame) -> pd.Series[bool]:
        return (frame[name].isna() | (frame[name].abs() < float("inf"))).astype(bool)

    return check


def _there(name: str) -> Any:
    def check(frame: pd.DataFrame) -> pd.Series[bool]:
        return frame[name].notna()

    return check
