# The worked example of docs/adding-a-dialect.md, on a copy of the repository: a table alone teaches
# promvet a dialect of Kubernetes objects. Only the crates are built, with the dependencies that are there.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

copy_sources dialect
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
