"""Making many frozen values quickly.

The ``__init__`` of a frozen dataclass sets every field through ``object.__setattr__``: 1.4 µs for an ``Attempt``, more
than ``csv`` takes for the whole row.  The makers below fill an object of a plain class that has the very same slots and
then turn it into the frozen one, for a quarter of the cost.  CPython allows the change of class exactly because the two
layouts are the same; the values that come out are ordinary, frozen and compare equal to those made the usual way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from calsync.model import Attempt, Commitment, Contact, Phone, Where, Window

T = TypeVar("T")


def maker(cls: type[T]) -> Callable[..., T]:
    """For a frozen dataclass with slots: a function with the signature of ``cls.__init__`` that makes a ``cls``."""
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]  # only dataclasses are passed
    draft = type(f"{cls.__name__}Draft", (), {"__slots__": tuple(names)})
    namespace: dict[str, Any] = {"new": object.__new__, "draft": draft, "cls": cls}
    parameters = []
    for f in fields(cls):  # type: ignore[arg-type]
        if f.default is not MISSING:
            namespace[f"default_{f.name}"] = f.default
            parameters.append(f"{f.name}=default_{f.name}")
        elif f.default_factory is not MISSING:
            namespace[f"default_{f.name}"] = f.default_factory()  # shared: the values are never changed
            parameters.append(f"{f.name}=default_{f.name}")
        else:
            parameters.append(f.name)
    body = [f"def make({', '.join(parameters)}):", " self = new(draft)"]
    body += [f" self.{name} = {name}" for name in names]
    body += [" self.__class__ = cls", " return self"]
    exec("\n".join(body), namespace)  # noqa: S102  # the text is made of our own field names, as dataclasses does it
    make: Callable[..., T] = namespace["make"]
    return make


make_attempt: Callable[..., Attempt] = maker(Attempt)
make_contact: Callable[..., Contact] = maker(Contact)
make_phone: Callable[..., Phone] = maker(Phone)
make_where: Callable[..., Where] = maker(Where)
make_window: Callable[..., Window] = maker(Window)
make_commitment: Callable[..., Commitment] = maker(Commitment)
