# The worked example of docs/adding-a-rule.md, on a copy of the repository: a page and a check are a rule.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

copy_sources rule
page=docs/adding-a-rule.md
extract fence $page 'a page' > "$SCRATCH/source/rules/remote-write/blank-in-name.md"
extract fence $page 'a check' > "$SCRATCH/source/src/rules/remote_write/blank_in_name.rs"
extract fence $page 'a configuration' > "$SCRATCH/prometheus.yml"
extract shown $page 'what is reported' > "$SCRATCH/shown"

CARGO_TARGET_DIR="$TARGET" cargo run --quiet --offline --manifest-path "$SCRATCH/source/Cargo.toml" --bin promvet -- \
  check --format concise --select remote-write/blank-in-name prometheus.yml > "$SCRATCH/said" || true
grep blank-in-name "$SCRATCH/said" > "$SCRATCH/reported" || fail 'the rule reports nothing'
diff "$SCRATCH/shown" "$SCRATCH/reported" || fail 'something else is reported'
