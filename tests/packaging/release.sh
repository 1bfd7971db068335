# The worked example of docs/prometheus-releases.md, on a copy of the repository: data alone teaches
# promvet a release. Only the crates are built, with the dependencies that are there.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

if ! command -v cargo > /dev/null; then
  left_out "cargo is not installed"
  exit 0
fi
mkdir "$SCRATCH/source"
(cd "$ROOT" && git ls-files -z --cached --others --exclude-standard -- Cargo.toml Cargo.lock build.rs \
  build rules src crates benches examples | tar -c --null -T -) | tar -x -C "$SCRATCH/source"
# Under a version of its own: cargo would take what it builds from the copy for this repository's.
sed -i 's/^version = "\([0-9.]*\)"$/version = "\1+example"/' "$SCRATCH/source/Cargo.toml"
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
[ ! -s "$SCRATCH/said" ] || fail 'the new release refuses its own key'
expect 0 loads 3.14
says 'schema/unavailable'
says '3.15'

# A row without a source does not build.
sed -i '/failed_request_logging/,/source:/{s/since: .*/removed: 3.15.0/;/source:/d}' \
  "$SCRATCH/source/crates/promvet-schema/tables/remote_write.yaml"
expect 101 loads 3.14
# shellcheck disable=SC2016
says 'a removed row needs a `source`'
