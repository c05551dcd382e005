"""Values to JSON and back, checked: plans in files, in job results and in the registry.

Any dataclass of `planning.model` goes through `dump` and comes back equal from `load`.
Numbers are finite: what is not known is None in the model, never infinity.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from planning.errors import Fault, InputError

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type that pydantic knows
    return TypeAdapter(kind)


def dump(value: object) -> str:
    """`value`, a dataclass of the model, as JSON text."""
    return _adapter(cast("Hashable", type(value))).dump_json(value).decode()


def load(kind: type[T], text: str | bytes, *, file: str = "") -> T:
    """The value of type `kind` that `text` holds.

    Raises:
        InputError: one fault for every field that does not fit.
    """
    try:
        return cast("T", _adapter(cast("Hashable", kind)).validate_json(text))
    except ValidationError as error:
        raise InputError(
            Fault(
                message=f"{fault['msg']}; was this written by another version?",
                file=file,
                field=".".join(str(part) for part in fault["loc"]),
            )
            for fault in error.errors(include_input=False, include_url=False)
        ) from None
