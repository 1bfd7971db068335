# The worked example of docs/adding-a-dialect.md, on a copy of the repository: a table alone teaches
# promvet a dialect of Kubernetes objects. Only the crates are built, with the dependencies that are there.
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
sed -i 's/^version = "\([0-9.]*\)"$/version = "\1+dialect"/' "$SCRATCH/source/Cargo.toml"
extract fence docs/adding-a-dialect.md 'an object' > "$SCRATCH/object.yaml"
cd "$SCRATCH"
translates() {
  cargo run --quiet --offline --manifest-path "$SCRATCH/source/Cargo.toml" \
    --package promvet-schema --example translates -- object.yaml
}
export CARGO_TARGET_DIR="$TARGET"

expect 1 translates
# The backticks are the message's own.
# shellcheck disable=SC2016
says 'no dialect has the kind `MetricsSender`'

extract fence docs/adding-a-dialect.md 'a dialect' > "$SCRATCH/source/crates/promvet-schema/dialects/example.yaml"
expect 0 translates
extract fence docs/adding-a-dialect.md 'what is reported' > "$SCRATCH/reported"
diff "$SCRATCH/reported" "$SCRATCH/said" || fail 'something else is reported'

# A shape with a type that there is not does not build.
sed -i 's/"duration > remote_timeout"/"period > remote_timeout"/' \
  "$SCRATCH/source/crates/promvet-schema/dialects/example.yaml"
expect 101 translates
says 'no type is named period'
