"""The interpretable model as a skops file: no pickle, types on a short list, and the same bytes every time.

skops writes objects as JSON and arrays, and builds any type of scikit-learn without asking. Here only the types that
the interpretable model is made of are let through, each with the one way of building it, before anything is built.
"""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from riskmodels.errors import RegistryError, UntrustedError

__all__ = ["ALLOWED", "from_skops", "strange_types", "to_skops"]

ALLOWED = frozenset(
    {
        ("builtins.dict", "DictNode"),
        ("builtins.list", "ListNode"),
        ("builtins.slice", "SliceNode"),
        ("builtins.str", "JsonNode"),
        ("builtins.str", "TypeNode"),
        ("builtins.tuple", "TupleNode"),
        ("numpy.dtype", "DTypeNode"),
        ("numpy.float64", "NdArrayNode"),
        ("numpy.int64", "NdArrayNode"),
        ("numpy.arcsinh", "FunctionNode"),
        ("numpy.ndarray", "NdArrayNode"),
        ("scipy._lib.array_api_compat.numpy._aliases.asarray", "FunctionNode"),
        ("scipy.interpolate._bsplines.BSpline", "ObjectNode"),
        ("sklearn.compose._column_transformer.ColumnTransformer", "ObjectNode"),
        ("sklearn.impute._base.MissingIndicator", "ObjectNode"),
        ("sklearn.impute._base.SimpleImputer", "ObjectNode"),
        ("sklearn.linear_model._glm.glm.TweedieRegressor", "ObjectNode"),
        ("sklearn.linear_model._logistic.LogisticRegression", "ObjectNode"),
        ("sklearn.pipeline.Pipeline", "ObjectNode"),
        ("sklearn.preprocessing._data.QuantileTransformer", "ObjectNode"),
        ("sklearn.preprocessing._function_transformer.FunctionTransformer", "ObjectNode"),
        ("sklearn.preprocessing._polynomial.SplineTransformer", "ObjectNode"),
    }
)
"""Every type that may be in the file, and how skops builds it."""

_NOT_TRUSTED_BY_SKOPS = (
    "numpy.dtype",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy.interpolate._bsplines.BSpline",
)
_SCHEMA = "schema.json"
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def to_skops(pipeline: Any) -> bytes:
    """Write a pipeline as a skops file. The same pipeline gives the same bytes.

    Raises
    ------
    UntrustedError
        If it holds a type that is not on the list.
    """
    from skops.io import dumps

    data = _settled(dumps(_bare(pipeline)))
    _refuse_strange(data)
    return data


def _bare(pipeline: Any) -> Any:
    """Leave out what only fitting needs: the loss of a Tweedie regression is compiled code, and serves nobody."""
    model = pipeline[-1]
    if not hasattr(model, "_base_loss"):
        return pipeline
    bare, served = copy.copy(model), copy.copy(pipeline)
    del bare._base_loss
    served.steps = [*pipeline.steps[:-1], (pipeline.steps[-1][0], bare)]
    return served


def from_skops(data: bytes) -> Any:
    """Build the pipeline that a skops file holds.

    Raises
    ------
    UntrustedError
        If a type in it is not on the list. Nothing has been built then.
    RegistryError
        If the installed packages are not those that wrote it, or cannot build it.
    """
    from skops.io import loads

    _refuse_strange(data)
    _same_version(_schema(data))
    try:
        return loads(data, trusted=list(_NOT_TRUSTED_BY_SKOPS))
    except Exception as error:
        raise _cannot_be_built(f"skops stopped with {type(error).__name__}") from error


def strange_types(data: bytes) -> tuple[str, ...]:
    """Name the types in a skops file that may not be there; nothing is built to find out."""
    from skops.io import get_untrusted_types

    try:
        found = {name for name, loader in _types(_schema(data)) if (name, loader) not in ALLOWED}
        if not found:
            found = set(get_untrusted_types(data=data)) - set(_NOT_TRUSTED_BY_SKOPS)
    except Exception as error:  # noqa: BLE001 - whatever it is that cannot be read, it is not trusted
        return (f"something that cannot be read ({type(error).__name__})",)
    return tuple(sorted(found))


def _refuse_strange(data: bytes) -> None:
    strange = strange_types(data)
    if strange:
        raise UntrustedError(
            f"the model file holds {', '.join(name[:100] for name in strange[:3])}",
            expected="nothing but the types that the interpretable model is made of",
            next_step="Do not load this model. Train it again with riskmodels, and put that forward.",
            who="the data scientist who trained the model",
        )


def _schema(data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return json.loads(packed.read(_SCHEMA))


def _same_version(schema: Any) -> None:
    """Refuse a file of another scikit-learn: it may build, and score otherwise."""
    here = metadata.version("scikit-learn")
    wrote = {str(version).strip('"') for version in _versions(schema)}
    if {version.split(".")[:2] == here.split(".")[:2] for version in wrote} != {True}:
        raise _cannot_be_built(
            f"scikit-learn {', '.join(sorted(wrote)) or 'of no version'} wrote it, and {here} is here"
        )


def _versions(state: Any) -> Iterator[Any]:
    if isinstance(state, list):
        for one in state:
            yield from _versions(one)
    elif isinstance(state, dict):
        for name, one in state.items():
            if name == "_sklearn_version" and isinstance(one, dict):
                yield one.get("content")
            else:
                yield from _versions(one)


def _cannot_be_built(why: str) -> RegistryError:
    return RegistryError(
        f"the model file cannot be built here: {why}",
        expected="the versions of scikit-learn, SciPy and skops that the bundle's requirements.txt names",
        next_step="Install what requirements.txt of the bundle lists, and load the model again.",
        who="whoever runs this service",
    )


def _types(state: Any) -> Iterator[tuple[str, str]]:
    """Give each type in skops' own description of an object, and how it would be built."""
    if isinstance(state, list):
        for one in state:
            yield from _types(one)
    elif isinstance(state, dict):
        if "__class__" in state or "__module__" in state or "__loader__" in state:
            yield f"{state.get('__module__')}.{state.get('__class__')}", str(state.get("__loader__"))
        for one in state.values():
            yield from _types(one)


def _settled(data: bytes) -> bytes:
    """Take out what differs at every dump: addresses in memory, which skops uses as names, and the time of day."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        schema = json.loads(packed.read(_SCHEMA))
        numbers: dict[str, int] = {}
        _number(schema, numbers)
        members = {f"{numbers[name.removesuffix('.npy')]}.npy": packed.read(name) for name in _arrays(packed)}
    members[_SCHEMA] = json.dumps(schema, separators=(",", ":")).encode()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(members):
            about = zipfile.ZipInfo(name, _NO_DATE)
            about.create_system = 0
            packed.writestr(about, members[name])
    return held.getvalue()


def _arrays(packed: zipfile.ZipFile) -> list[str]:
    return [name for name in packed.namelist() if name != _SCHEMA]


def _number(state: Any, numbers: dict[str, int]) -> None:
    """Replace each address by a number, in the order in which they come."""
    if isinstance(state, list):
        for one in state:
            _number(one, numbers)
    elif isinstance(state, dict):
        if "__id__" in state:
            state["__id__"] = numbers.setdefault(str(state["__id__"]), len(numbers))
        if state.get("type") == "numpy":
            name = str(state["file"]).removesuffix(".npy")
            state["file"] = f"{numbers.setdefault(name, len(numbers))}.npy"
        for one in state.values():
            _number(one, numbers)
