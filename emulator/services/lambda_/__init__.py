"""Lambda functions without Docker: an execution environment is a process that runs AWS's own runtime client.

`executor` is what LocalStack sees. Below it, a `sandbox` is one execution environment with its phases, and a
`runtime` is one process in it with its wires; `runtime_api` is what is said over them, `runtime_server` the
sockets. `outcome` holds what each end means to a caller and to the log, `environment` what a function sees,
and `supervisor` is the small program that lets no process outlive the engine.

Not as on AWS: the memory size is reported but not enforced, `/tmp` is the machine's, code is writable, a
function is not frozen between invocations, and there are no extensions.
"""
