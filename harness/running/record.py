"""What is kept of a run beside its history: `run.json`, as it is when the run begins."""

from datetime import datetime
from pathlib import Path

from harness.running.request import RunRequest
from harness.running.site import Place
from harness.store.provenance import git_state, versions
from harness.store.record import EngineRecord, RunRecord
from harness.workload.document import workload_to_json


def record_of(run_id: str, started_at: datetime, request: RunRequest, place: Place) -> RunRecord:
    """Return a run's record as it begins: what it is and what it is made on; it gets its phases in the end."""
    engine, deployment, deployed = place.engine, place.deployment, place.deployed
    return RunRecord(
        run_id=run_id,
        started_at=started_at.isoformat(timespec="milliseconds"),
        arguments=request.arguments,
        workload=workload_to_json(request.workload),
        contract=request.contract.responses,
        thresholds=tuple(threshold.text for threshold in request.thresholds),
        api_url=place.api_url,
        engine=EngineRecord(
            kind=place.engine_kind,
            endpoint_url=engine.endpoint_url if engine else None,
            version=engine.version if engine else None,
            pid=engine.pid if engine else None,
        ),
        parameters=tuple(deployed.request.parameters) if deployed else (),
        sources=deployed.as_record() if deployed else None,
        deployment=deployment.to_json() if deployment else None,
        account=deployment.account_id if deployment else "",
        region=deployment.region if deployment else "",
        stack_name=deployment.stack_name if deployment else "",
        versions=versions(),
        git=git_state(Path.cwd()),
        replay_of=request.replay_of,
    )
