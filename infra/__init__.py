"""What is deployed, and the bootstrap that deploys it: `infra/bootstrap`, which is `python -m infra`.

`template.yaml` declares the stack, `openapi.yaml` its API, `templates/` that API's mapping templates. The
modules beside them treat those as data: `sources` reads the files, `packaging` makes of them what an engine
takes, `deploy` and `remove` talk to the engine, `command_line` is what a person sees.
"""
