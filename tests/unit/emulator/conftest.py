"""LocalStack as an engine has it: with an index of the services that are served.

LocalStack's gateway asks for the index when it is imported. An index of all of botocore's services would cost each
test process that collects these tests several seconds.
"""

from localstack.aws import spec

from emulator.launch.catalog import ServedServices

_CATALOG = spec.ServiceCatalog(ServedServices())
spec.get_service_catalog = lambda: _CATALOG
