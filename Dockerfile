# Two stages: what builds stays behind. Nothing is fetched that the lock file does not name by hash.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/rollouts-notifier
COPY requirements.lock ./
RUN /opt/rollouts-notifier/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY notifier ./notifier
COPY triggers ./triggers
COPY templates ./templates
COPY tests/recordings ./tests/recordings
RUN python -m venv /opt/hatch \
 && /opt/hatch/bin/pip install hatchling==1.33.0 \
 && /opt/hatch/bin/hatchling build -t wheel \
 && /opt/rollouts-notifier/bin/pip install --no-deps dist/*.whl \
 && /opt/rollouts-notifier/bin/python -m compileall -q /opt/rollouts-notifier/lib

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="rollouts-notifier" \
      org.opencontainers.image.description="Tells people and machines what Argo Rollouts did" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/rollouts-notifier /opt/rollouts-notifier
ENV PATH=/opt/rollouts-notifier/bin:$PATH PYTHONUNBUFFERED=1 \
    ROLLOUTS_NOTIFIER_STORE=/var/lib/rollouts-notifier/store.db
# The store's folder is the only one that is written to; mount a volume there, or a restart forgets.
RUN install -d -o 65532 -g 65532 /var/lib/rollouts-notifier
USER 65532:65532
VOLUME /var/lib/rollouts-notifier
EXPOSE 8080
ENTRYPOINT ["rollouts-notifier"]
CMD ["run"]
