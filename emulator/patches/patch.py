"""One change to code that is not ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from importlib import import_module
from typing import Any, Final

# Applied before anything of LocalStack is imported.
IMPORT: Final = "import"
# Applied when the engine starts, before anything is served.
START: Final = "start"


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One attribute of a foreign module or class that is set to something of ours."""

    owner: str
    """The module, `package.module`, or the class, `package.module:Class`."""
    name: str
    """The attribute that is set."""
    replacement: str
    """What it is set to, `package.module:name`, which is imported when the patch is applied."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """The sources that the replacement was written against, by `package.module:name`: what it replaces, and what it
    relies on besides."""
    why: str
    """What it is for, as the documentation has it."""
    when: str
    """`IMPORT`, `START`, or the service that it is applied with, when that is loaded."""
    speedup: str | None = None
    """What `--without` calls it; None: it changes more than time, and is always applied."""

    @property
    def target(self) -> str:
        """What is changed, as errors and the documentation name it."""
        return f"{self.owner}{'.' if ':' in self.owner else ':'}{self.name}"

    def apply(self) -> None:
        """Set the attribute. Idempotent."""
        setattr(find(self.owner), self.name, find(self.replacement))


def find(reference: str) -> Any:
    """Import a module, and return it or what it has of a name: `package.module` or `package.module:Class.name`."""
    module, _, name = reference.partition(":")
    return reduce(getattr, name.split(".") if name else (), import_module(module))
