# The stack's engine, bootstrap and harness in one image: what `docker compose up` runs, and `harness up --engine container`.
# Layers go from what changes least to what changes most: an edit of the consumer or of a template rebuilds the last two.
ARG BASE=python:3.13-slim

FROM ${BASE} AS packages
# pip stays in this stage: the folder that the image gets has the packages and nothing to install more with.
RUN python3 -m venv /tools && python3 -m venv --without-pip /opt/packages
COPY runtime.lock .
# Behind a proxy that signs for the package index, its certificates come as the secret `ca`; no layer keeps a secret.
RUN --mount=type=secret,id=ca \
    --mount=type=cache,target=/root/.cache/pip \
    if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
    /tools/bin/pip --python /opt/packages/bin/python install --no-compile --disable-pip-version-check \
      --require-hashes --no-deps --requirement runtime.lock
COPY container/trim.py container/trim.py
# Compiled here, and never looked at again: the image is read-only, so what is not compiled is compiled at each start.
RUN python3 container/trim.py /opt/packages && \
    /opt/packages/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/packages/lib
COPY pyproject.toml container/register.py ./
RUN python3 register.py pyproject.toml /opt/packages

FROM ${BASE}
RUN useradd --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --uid 10001 stack && \
    install --directory --owner=stack --group=stack /app /stack /runs
# /stack is for the outputs of the bootstrap and /runs for what a run leaves: volumes of compose's, which take this owner.
COPY --from=packages /opt/packages /opt/packages
ENV PATH=/opt/packages/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
COPY container/bootstrap.py container/follow_function.py container/health.py container/
COPY emulator emulator
COPY harness harness
COPY model model
RUN python3 -m compileall -q --invalidation-mode unchecked-hash container emulator harness model
COPY infra infra
COPY consumer consumer
COPY authorizer authorizer
USER stack
HEALTHCHECK --interval=2s --timeout=5s --start-period=60s --retries=3 CMD ["python3", "container/health.py", "/stack/outputs.json"]
STOPSIGNAL SIGTERM
CMD ["python3", "-m", "emulator", "start", "--all-interfaces", "--state-dir", "/tmp/engine"]
