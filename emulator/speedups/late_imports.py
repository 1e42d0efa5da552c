"""What LocalStack imports and this engine hardly ever uses, is imported when it is used.

The largest: the whole of EC2's API, for the types of two variables; the SAM transform, for templates that ask for it;
a validator of LocalStack's own requests, which is off; one of OpenAPI documents, for calls of moto's that LocalStack
answers itself. Together they took more than half a second of each start and deploy.

While a module of `LATE` is imported, stand-ins take the place of what it imports; everybody else gets the real ones.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final

type StandIns = Mapping[str, Mapping[str, Any]]
"""By the name of a module: what of it is imported."""


def late(module: str, function: str) -> Callable[..., Any]:
    """Return what calls a function of a module that is imported by the first call."""

    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), function)(*arguments, **options)

    return call


class LateConsole:
    """A console that is made when something is printed to it, which an engine does not."""

    def __getattr__(self, name: str) -> Any:
        """Make the console, and return what it has of that name."""
        return getattr(importlib.import_module("rich.console").Console(), name)


class NeverRaisedError(Exception):
    """In the place of the errors of what is not used."""


_SAM: Final[StandIns] = {
    "samtranslator.translator.transform": {"transform": late("samtranslator.translator.transform", "transform")},
}

# By whom it is imported.
LATE: Final[Mapping[str, StandIns]] = {
    "localstack.aws.handlers.validation": {
        "openapi_core": {"OpenAPI": late("openapi_core", "OpenAPI")},
        "openapi_core.contrib.werkzeug": {
            name: late("openapi_core.contrib.werkzeug", name)
            for name in ("WerkzeugOpenAPIRequest", "WerkzeugOpenAPIResponse")
        },
        "openapi_core.exceptions": {"OpenAPIError": NeverRaisedError},
        "openapi_core.validation.request.exceptions": {"RequestValidationError": NeverRaisedError},
        "openapi_core.validation.response.exceptions": {"ResponseValidationError": NeverRaisedError},
    },
    "localstack.services.cloudformation.engine.transformers": _SAM,
    "localstack.services.cloudformation.engine.v2.change_set_model_transform": _SAM,
    "localstack.services.cloudformation.engine.policy_loader": {
        "samtranslator.translator.managed_policy_translator": {
            "ManagedPolicyLoader": late("samtranslator.translator.managed_policy_translator", "ManagedPolicyLoader")
        },
    },
    "localstack.services.cloudformation.engine.v2.change_set_model_preproc": {
        "localstack.aws.api.ec2": {"AvailabilityZoneList": list, "DescribeAvailabilityZonesResult": dict},
    },
    "localstack.utils.bootstrap": {"rich.console": {"Console": LateConsole}},
    "moto.apigateway.models": {
        "openapi_spec_validator": {"validate": late("openapi_spec_validator", "validate")},
        "openapi_spec_validator.validation.exceptions": {"OpenAPIValidationError": NeverRaisedError},
    },
}


def apply() -> None:
    """Be asked for modules before Python looks for them itself. Nothing of LocalStack may be imported before."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        stand_ins = LATE.get(fullname)
        spec = PathFinder.find_spec(fullname, path, target) if stand_ins else None
        if spec is not None and spec.loader is not None and stand_ins is not None:
            spec.loader = _Loader(spec.loader, stand_ins)
        return spec


class _Loader(Loader):
    """A module's own loader, with stand-ins for some of what the module imports."""

    def __init__(self, loader: Loader, stand_ins: StandIns) -> None:
        self._loader = loader
        self._stand_ins = stand_ins

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with _standing_in(self._stand_ins):
            self._loader.exec_module(module)


@contextmanager
def _standing_in(stand_ins: StandIns) -> Iterator[None]:
    """Have stand-ins among Python's modules; of modules that are there already, none."""
    put = []
    for name, members in stand_ins.items():
        if name not in sys.modules:
            module = ModuleType(name)
            vars(module).update(members)
            sys.modules[name] = module
            put.append(name)
    try:
        yield
    finally:
        for name in put:
            del sys.modules[name]
