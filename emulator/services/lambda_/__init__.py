"""Lambda: functions without Docker, each execution environment a process that runs AWS's own runtime client.

`provider` is LocalStack's, with what `assignment` and `log_handler` do otherwise; `event_source` feeds functions
from queues; `faults` says what is broken on purpose.

`executor` is what LocalStack sees. Below it, a `sandbox` is one execution environment with its phases, and a
`runtime` is one process in it with its wires; `runtime_api` is what is said over them, `runtime_server` the
sockets. `outcome` holds what each end means to a caller and to the log, `environment` what a function sees, and
`supervisor` is the small program that lets no process outlive the engine.

Not as on AWS: the memory size is reported but not enforced, `/tmp` is the machine's, code is writable, a
function is not frozen between invocations, and there are no extensions.
"""
