# The worked example of docs/prometheus-releases.md, on a copy of the repository: data alone teaches
# promvet a release. Only the crates are built, with the dependencies that are there.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

copy_sources example
extract fence docs/prometheus-releases.md 'a configuration' > "$SCRATCH/prometheus.yml"
loads() {
  cargo run --quiet --offline --manifest-path "$SCRATCH/source/Cargo.toml" \
    --package promvet-schema --example loads -- "$1" "$SCRATCH/prometheus.yml"
}
export CARGO_TARGET_DIR="$TARGET"

expect 1 loads 3.15
says '3.15'
expect 0 loads 3.14
says 'schema/unknown-field'

extract fence docs/prometheus-releases.md 'a release' > "$SCRATCH/release.diff"
(cd "$SCRATCH/source" && expect 0 git apply "$SCRATCH/release.diff")

expect 0 loads 3.15
[ ! -s "$SCRATCH/said" ] || fail 'the new release rejects its own key'
expect 0 loads 3.14
says 'schema/unavailable'
says '3.15'

# A row without a source does not build.
sed -i '/failed_request_logging/,/source:/{s/since: .*/removed: 3.15.0/;/source:/d}' \
  "$SCRATCH/source/crates/promvet-schema/tables/remote_write.yaml"
expect 101 loads 3.14
# shellcheck disable=SC2016
says 'a removed row needs a `source`'
