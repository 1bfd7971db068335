# A static binary and nothing else: no shell, no root, no git (so no --since; whether git tracks a secret
# is listed as not checked).
#
#   docker run --rm -v "$PWD:/work:ro" promvet
# Alpine's Rust links with musl, statically, and has the C compiler that the allocator needs.
FROM rust:1.90-alpine AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked \
    && install -D target/dist/promvet /out/promvet

FROM scratch
LABEL org.opencontainers.image.source=https://github.com/promvet/promvet \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.description="Finds Prometheus configurations and says what in them will lose or leak data"
COPY --from=build /out/promvet /promvet
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/promvet"]
