# Two images from one file: `app` (API, worker, migrations) and `documents` (fonts and an office besides).
# Packages come from the lock with their hashes; the project itself is installed as a wheel, no source remains.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/teikei && /opt/teikei/bin/pip install --require-hashes -r requirements.lock
# The build tool at the version and hash of the dev lock, in an environment that is thrown away.
RUN python -m venv /tools && /tools/bin/pip install --require-hashes --no-deps -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE worker.py ./
COPY tools/temporal tools/temporal
COPY workflows workflows
COPY activities activities
COPY api api
COPY templates templates
COPY teikei teikei
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/teikei/bin/pip install --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim AS app
RUN useradd --system --uid 10001 --home-dir /var/lib/teikei --create-home teikei
COPY --from=build /opt/teikei /opt/teikei
ENV PATH=/opt/teikei/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER teikei
WORKDIR /var/lib/teikei
VOLUME /var/lib/teikei
EXPOSE 8080
CMD ["teikei", "run", "api"]

FROM app AS documents
USER root
# A Japanese font must be there, or a converted page shows empty boxes.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libreoffice-writer-nogui poppler-utils fonts-noto-cjk fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
USER teikei
CMD ["teikei", "run", "documents"]

# The last stage is what a plain `docker build .` makes.
FROM app
