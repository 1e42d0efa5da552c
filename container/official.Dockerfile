# LocalStack's own image with our plugins: the functions run as processes, so it needs no docker.sock. Never run by us: see docs/docker.md.
ARG LOCALSTACK=localstack/localstack:4.14.0
FROM ${LOCALSTACK}
ENV OURS=/opt/ours PYTHONPATH=/opt/ours
WORKDIR ${OURS}
COPY runtime.lock pyproject.toml container/register.py ./
# Its own environment has what LocalStack needs; ours adds what only our plugins do, in the locked versions.
RUN awk '/^[a-z]/ {keep = /^(awslambdaric|h11|simplejson|snapshot-restore-py)==/} keep' runtime.lock >ours.lock && \
    /opt/code/localstack/.venv/bin/python -m pip install --require-hashes --no-deps --requirement ours.lock && \
    python3 register.py pyproject.toml /opt/code/localstack/.venv
COPY container/health.py container/
COPY emulator emulator
COPY model model
ENV LAMBDA_RUNTIME_EXECUTOR=process \
    PROVIDER_OVERRIDE_APIGATEWAY=embedded \
    PROVIDER_OVERRIDE_DYNAMODB=embedded \
    PROVIDER_OVERRIDE_DYNAMODBSTREAMS=embedded \
    PROVIDER_OVERRIDE_LAMBDA=embedded \
    PROVIDER_OVERRIDE_SQS=embedded \
    PROVIDER_OVERRIDE_STS=embedded \
    SQS_ENDPOINT_STRATEGY=path \
    DISABLE_EVENTS=1 \
    SKIP_SSL_CERT_DOWNLOAD=1
WORKDIR /opt/code/localstack
