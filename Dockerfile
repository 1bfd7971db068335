# A static binary and nothing else: no shell, no git (so no --since), no root.
#
#   docker run --rm -v "$PWD:/work:ro" promvet
FROM --platform=$BUILDPLATFORM rust:1.90-slim AS build
ARG TARGETARCH
WORKDIR /src
# rust-lld links for either architecture, with the musl that comes with the target.
ENV CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
COPY . .
RUN case "$TARGETARCH" in \
      amd64) target=x86_64-unknown-linux-musl ;; \
      arm64) target=aarch64-unknown-linux-musl ;; \
      *) echo "there is no build for $TARGETARCH" >&2; exit 1 ;; \
    esac \
    && rustup target add "$target" \
    && cargo build --release --locked --target "$target" --config 'profile.release.strip=true' \
    && install -D "target/$target/release/promvet" /out/promvet

FROM scratch
LABEL org.opencontainers.image.source=https://github.com/promvet/promvet \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.description="Finds Prometheus configurations and says what in them will lose or leak data"
COPY --from=build /out/promvet /promvet
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/promvet"]
