"""The index by which LocalStack finds the service that a request is for: of the services that we serve.

LocalStack would make it with the first request, of all four hundred services that botocore describes. That
takes three seconds and leaves 350 MB of descriptions in memory. It looks for a ready one in its folder first.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

from localstack.aws.spec import (
    LazyServiceCatalogIndex,
    ServiceModelIdentifier,
    _get_catalog_filename,
    load_service,
    loader,
    save_service_index_cache,
)

from emulator.settings import SERVICES

# LocalStack describes SQS a second time, for clients that still speak its older protocol.
_DESCRIPTIONS = (*SERVICES, "sqs-query")


class ServedServices(LazyServiceCatalogIndex):
    """The index of the services that we serve, made when it is asked for."""

    @cached_property
    def _services(self) -> dict[str, list[Any]]:
        services: dict[str, list[Any]] = {}
        for name in _DESCRIPTIONS:
            description = load_service(name)
            services.setdefault(description.service_name, []).append(description)
        return services

    @cached_property
    def signing_name_index(self) -> dict[str, list[ServiceModelIdentifier]]:
        """By the name that a request is signed for: what most services are described under, too.

        Without the services that we do not serve, a request for one of them would be taken for one for S3.
        """
        names = loader.list_available_services("service-2")
        return {name: [ServiceModelIdentifier(name)] for name in names} | super().signing_name_index


def write_service_index(folder: Path) -> None:
    """Write the index into `folder`, one of LocalStack's."""
    folder.mkdir(parents=True, exist_ok=True)
    save_service_index_cache(ServedServices(), str(folder / _get_catalog_filename()))
