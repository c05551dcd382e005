"""Values to JSON and back, checked: plans in files, in job results and in the registry.

Any dataclass of `planning.model` goes through `dump` and comes back equal from `load`.
Numbers are finite: what is not known is None in the model, never infinity.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from planning.errors import Fault, InputError

T = TypeVar("T")


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def dump(value: object, *, kind: type | None = None) -> str:
    """`value` as JSON text."""
    return _adapter(kind or type(value)).dump_json(value).decode()


def load(kind: type[T], text: str | bytes, *, file: str = "") -> T:
    """The value of type `kind` that `text` holds.

    Raises:
        InputError: one fault for every field that does not fit.
    """
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise InputError(
            Fault(
                message=f"{fault['msg']}; was this written by another version?",
                file=file,
                field=".".join(str(part) for part in fault["loc"]),
            )
            for fault in error.errors(include_input=False, include_url=False)
        ) from None
