# nociscope as a BIDS-App: docker run -v DATA:/data:ro -v OUT:/out nociscope /data /out participant
# Not built in continuous integration, which has no container engine; please report what does not work.
# Runs without a network and as any user.

FROM python:3.11-slim-bookworm AS build
RUN python -m pip install --no-cache-dir 'uv>=0.9'
WORKDIR /src
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/nociscope
# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-default-groups --all-extras --no-install-project
COPY src ./src
RUN uv sync --frozen --no-default-groups --all-extras --no-editable

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="nociscope" \
      org.opencontainers.image.description="Pain imaging, sensory testing and the clinic in one analysis" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.documentation="https://nociscope.readthedocs.io"
COPY --from=build /opt/nociscope /opt/nociscope
# A home that any user may write to, for compiled kernels and font caches; one thread per worker.
RUN useradd --create-home --uid 1000 nociscope && chmod 777 /home/nociscope
ENV PATH=/opt/nociscope/bin:$PATH \
    HOME=/home/nociscope \
    LC_ALL=C.UTF-8 \
    MPLBACKEND=Agg MPLCONFIGDIR=/home/nociscope/matplotlib NUMBA_CACHE_DIR=/home/nociscope/numba \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONNOUSERSITE=1
USER nociscope
WORKDIR /home/nociscope
ENTRYPOINT ["nociscope"]
CMD ["--help"]
