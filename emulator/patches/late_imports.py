"""What LocalStack imports and this engine hardly ever uses, is imported when it is used.

The largest: the whole of EC2's API, for the types of two variables; the SAM transform, for templates that ask for it;
a validator of LocalStack's own requests, which is off; one of OpenAPI documents, for calls of moto's that LocalStack
answers itself; TLS and HTTP/2, which our server does not speak; web sockets; a resolver of names, of which none is
resolved here; Docker's SDK; AWS's runtime in C, for signatures that botocore makes as well. Together they took more
than half a second of each start and deploy, and some 25 MB.

While a module of `LATE` is imported, stand-ins take the place of what it imports; everybody else gets the real ones.
"""

import dataclasses
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final


class Late:
    """Something of a module that is imported when this is called, or asked for anything."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the real one."""
        return found_in(self._module, self._name)(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        """Return what the real one has of that name."""
        return getattr(found_in(self._module, self._name), name)


class StandIn(ModuleType):
    """In the place of a module, while another one imports from it."""

    def __init__(self, name: str, **members: Any) -> None:
        super().__init__(name)
        vars(self).update(members)


class LateModule(StandIn):
    """A module that is imported when it is asked for anything but its `members`."""

    def __getattr__(self, name: str) -> Any:
        """Return what the real one has of that name, modules below it included."""
        if name.startswith("__"):
            raise AttributeError(name)  # Python's import system looks for more than a module needs to have
        return found_in(self.__name__, name)


def found_in(module: str, name: str) -> Any:
    """Import a module; return what it has of that name, or the module of that name below it.

    Raises:
        ImportError: it has neither.
    """
    imported = importlib.import_module(module)
    return getattr(imported, name) if hasattr(imported, name) else importlib.import_module(f"{module}.{name}")


class LateConsole:
    """A console that is made when something is printed to it, which an engine does not."""

    def __getattr__(self, name: str) -> Any:
        """Make the console, and return what it has of that name."""
        return getattr(importlib.import_module("rich.console").Console(), name)


class NeverRaisedError(Exception):
    """In the place of the errors of what is not used."""


type StandIns = Mapping[str, StandIn | None]
"""By the name of a module, what stands in for it; None: it is as if it were not installed."""


def _some_of(module: str, *names: str, **members: Any) -> StandIn:
    """Return a stand-in for a module, of which `names` are imported late and `members` never."""
    return StandIn(module, **{name: Late(module, name) for name in names}, **members)


def _stand_ins(*modules: StandIn, missing: Sequence[str] = ()) -> StandIns:
    return {module.__name__: module for module in modules} | dict.fromkeys(missing)


def _default(default: Any, **_restrictions: Any) -> Any:
    """Stand in for pydantic's `Field`, for LocalStack's own constants."""
    return default


_SAM: Final = _stand_ins(_some_of("samtranslator.translator.transform", "transform"))
_REMOTE_CATALOG: Final = _stand_ins(_some_of("pydantic", BaseModel=object))  # of what is fetched, and we fetch nothing
_TLS: Final = LateModule("twisted.internet.ssl")

# By whom it is imported.
LATE: Final[Mapping[str, StandIns]] = {
    "botocore.compat": _stand_ins(missing=["awscrt.auth"]),
    "botocore.httpsession": _stand_ins(missing=["urllib3.contrib.pyopenssl"]),
    "localstack.aws.connect": _stand_ins(LateModule("dns"), LateModule("dns.message"), LateModule("dns.query")),
    "localstack.aws.handlers.validation": _stand_ins(
        _some_of("openapi_core", "OpenAPI"),
        _some_of("openapi_core.contrib.werkzeug", "WerkzeugOpenAPIRequest", "WerkzeugOpenAPIResponse"),
        _some_of("openapi_core.exceptions", OpenAPIError=NeverRaisedError),
        _some_of("openapi_core.validation.request.exceptions", RequestValidationError=NeverRaisedError),
        _some_of("openapi_core.validation.response.exceptions", ResponseValidationError=NeverRaisedError),
    ),
    "localstack.aws.serving.twisted": _stand_ins(
        _TLS, _some_of("twisted.protocols.tls", "BufferingTLSTransport", TLSMemoryBIOFactory=object)
    ),
    "localstack.runtime.server.twisted": _stand_ins(_TLS),
    "localstack.services.cloudformation.engine.transformers": _SAM,
    "localstack.services.cloudformation.engine.v2.change_set_model_transform": _SAM,
    "localstack.services.cloudformation.engine.policy_loader": _stand_ins(
        _some_of("samtranslator.translator.managed_policy_translator", "ManagedPolicyLoader")
    ),
    "localstack.services.cloudformation.engine.v2.change_set_model_preproc": _stand_ins(
        _some_of("localstack.aws.api.ec2", AvailabilityZoneList=list, DescribeAvailabilityZonesResult=dict)
    ),
    "localstack.services.dynamodbstreams.dynamodbstreams_api": _stand_ins(_some_of("bson.json_util", "dumps")),
    "localstack.services.iam.provider": _stand_ins(_some_of("cryptography", "x509")),
    "localstack.services.stepfunctions.stepfunctions_utils": _stand_ins(
        _some_of("localstack.aws.api.stepfunctions", "ValidationException")
    ),
    "localstack.utils.backoff": _stand_ins(
        _some_of("pydantic", Field=_default), _some_of("pydantic.dataclasses", dataclass=dataclasses.dataclass)
    ),
    "localstack.utils.bootstrap": _stand_ins(_some_of("rich.console", Console=LateConsole)),
    "localstack.utils.catalog.catalog_loader": _REMOTE_CATALOG,
    "localstack.utils.catalog.common": _REMOTE_CATALOG,
    "localstack.utils.crypto": _stand_ins(
        _some_of("asn1crypto", "algos", "cms", "core", "x509"),
        _some_of("cryptography.hazmat.backends", "default_backend"),
        _some_of("cryptography.hazmat.primitives", "hashes", "padding"),
        _some_of("cryptography.hazmat.primitives.asymmetric", "padding"),
        _some_of("cryptography.hazmat.primitives.asymmetric.rsa", "RSAPublicKey"),
        _some_of("cryptography.hazmat.primitives.ciphers", "Cipher", "algorithms", "modes"),
    ),
    "localstack.utils.docker_utils": _stand_ins(missing=["docker"]),
    "localstack.utils.net": _stand_ins(LateModule("dns"), LateModule("dns.resolver"), _some_of("dnslib", "DNSRecord")),
    "moto.apigateway.models": _stand_ins(
        _some_of("openapi_spec_validator", "validate"),
        _some_of("openapi_spec_validator.validation.exceptions", OpenAPIValidationError=NeverRaisedError),
    ),
    "moto.core.botocore_stubber": _stand_ins(LateModule("moto.backend_index")),
    "moto.core.models": _stand_ins(LateModule("moto.backend_index")),
    "moto.iam.models": _stand_ins(
        _some_of("cryptography", "x509"),
        _some_of("cryptography.hazmat.backends", "default_backend"),
    ),
    "rolo.routing.handler": _stand_ins(missing=["pydantic"]),
    "rolo.serving.twisted": _stand_ins(
        _some_of("wsproto", "ConnectionType", "WSConnection", events=LateModule("wsproto.events", Event=object))
    ),
    "twisted.internet.endpoints": _stand_ins(missing=["OpenSSL.SSL"]),
    "twisted.internet.posixbase": _stand_ins(missing=["twisted.internet.ssl", "twisted.protocols.tls"]),
    "twisted.internet.tcp": _stand_ins(missing=["twisted.internet._newtls"]),
    "twisted.web.http": _stand_ins(missing=["twisted.web._http2"]),
}


def _nothing(**_options: object) -> None:
    """Do as LocalStack's DNS server does where it is off, which it is here (`emulator.settings`)."""


# What a module has once it is imported, beside its own or in the place of it.
AFTERWARDS: Final[Mapping[str, Mapping[str, Any]]] = {
    # Botocore sets it only where it finds AWS's runtime in C; S3 calculates some checksums with it.
    "botocore.httpchecksum": {"crt_checksums": LateModule("awscrt.checksums")},
    "localstack.dns": {
        "server": LateModule(
            "localstack.dns.server",
            start_dns_server=_nothing,
            is_server_running=lambda: False,
            revert_network_configuration=_nothing,
            stop_servers=_nothing,
        )
    },
}


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in LATE and fullname not in AFTERWARDS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, LATE.get(fullname, {}), AFTERWARDS.get(fullname, {}))
        return spec


class _Loader(Loader):
    """A module's own loader, with stand-ins for some of what the module imports."""

    def __init__(self, loader: Loader, stand_ins: StandIns, afterwards: Mapping[str, Any]) -> None:
        self._loader = loader
        self._stand_ins = stand_ins
        self._afterwards = afterwards

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with _standing_in(self._stand_ins):
            self._loader.exec_module(module)
        vars(module).update(self._afterwards)


@contextmanager
def _standing_in(stand_ins: StandIns) -> Iterator[None]:
    """Have stand-ins among Python's modules; of modules that are there already, none."""
    before = {name: sys.modules[name] for name in stand_ins if name in sys.modules}
    # One module of `LATE` may import another: what stands in for the first is not there for the second.
    put = {name: module for name, module in stand_ins.items() if isinstance(before.get(name), StandIn | None)}
    sys.modules.update(put)  # type: ignore[arg-type] # None has a meaning there: not to be found
    try:
        yield
    finally:
        for name in put:
            if name in before:
                sys.modules[name] = before[name]
            else:
                del sys.modules[name]


META_PATH: Final = [_Finder(), *sys.meta_path]
"""Who is asked for modules: before Python looks for them itself. Nothing of LocalStack may be imported before."""
