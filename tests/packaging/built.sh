# What is built from the sources: the hook as pre-commit builds it, the wheel, which carries the binary, and
# the worked examples of how to add a rule, a release and a dialect. All from one copy, in debug, since
# building takes longer than everything else here.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

copy_sources examples
copy="$SCRATCH/source"
extract fence docs/adding-a-rule.md 'a page' > "$copy/rules/remote-write/blank-in-name.md"
extract fence docs/adding-a-rule.md 'a check' > "$copy/src/rules/remote_write/blank_in_name.rs"
extract fence docs/prometheus-releases.md 'a release' > "$SCRATCH/release.diff"
(cd "$copy" && expect 0 git apply "$SCRATCH/release.diff")
extract fence docs/adding-a-dialect.md 'a dialect' > "$copy/crates/promvet-schema/dialects/example.yaml"
export CARGO_TARGET_DIR="$TARGET"
# What is built below takes the place of the binary that the tests have built.
cp "$PROMVET" "$SCRATCH/unchanged"
PROMVET="$SCRATCH/unchanged"

## The hook

if has pre-commit pre-commit; then
  revision=$(hooks "$copy")
  # As pre-commit does it, but for the profile and the versions of the dependencies.
  mkdir "$SCRATCH/bin"
  cat > "$SCRATCH/bin/cargo" << END
#!/bin/sh
[ "\$1" = install ] && shift && exec "$(command -v cargo)" install --debug --locked "\$@"
exec "$(command -v cargo)" "\$@"
END
  chmod +x "$SCRATCH/bin/cargo"
  export PRE_COMMIT_HOME="$SCRATCH/pre-commit"

  repository "$SCRATCH/built"
  expect 0 pre-commit install
  using "$copy" "$revision" promvet
  expect 0 attempt 'use the hook'
  printf '%s' "$bad" > prometheus.yml
  expect 1 attempt 'bad'
  says 'remote-write/url-syntax'
  # What pre-commit has built in its clone is not built anew there.
  copy=$(dirname "$(find "$PRE_COMMIT_HOME" -maxdepth 2 -path '*/repo*/Cargo.toml')")
else
  left_out "pre-commit can't be installed"
fi
manifest="$copy/Cargo.toml"

## The examples

mkdir "$SCRATCH/example"
cd "$SCRATCH/example"
expect 0 cargo build --offline --locked --manifest-path "$manifest" --bin promvet
promvet="$SCRATCH/promvet"
cp "$TARGET/debug/promvet" "$promvet"

# A rule.
extract fence docs/adding-a-rule.md 'a configuration' > prometheus.yml
extract shown docs/adding-a-rule.md 'what is reported' > expected
"$promvet" check --format concise --select remote-write/blank-in-name prometheus.yml > said || true
grep blank-in-name said > reported || fail 'the rule reports nothing'
diff expected reported || fail 'something else is reported'

# A release.
extract fence docs/prometheus-releases.md 'a configuration' > prometheus.yml
expect 2 "$PROMVET" check --prometheus 3.15 prometheus.yml
says '3.15'
expect 1 "$PROMVET" check --prometheus 3.14 prometheus.yml
says 'schema/unknown-field'
expect 0 "$promvet" check --prometheus 3.15 prometheus.yml
says_not 'failed_request_logging'
expect 1 "$promvet" check --prometheus 3.14 prometheus.yml
says 'schema/unavailable'
says '3.15'

# A dialect.
extract fence docs/adding-a-dialect.md 'an object' > object.yaml
extract shown docs/adding-a-dialect.md 'what is reported' > expected
expect 0 "$PROMVET" check object.yaml
says 'no Prometheus configuration found'
expect 1 "$promvet" check --format concise object.yaml
diff expected "$SCRATCH/said" || fail 'something else is reported'

## The wheel

if ! has maturin 'maturin>=1.9,<2'; then
  left_out "maturin can't be installed"
else
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$manifest" | head -n 1)
  dist="$SCRATCH/dist"
  expect 0 maturin build --manifest-path "$manifest" --profile dev --locked --target-dir "$TARGET" \
    --compatibility linux --out "$dist"

  python3 -m venv "$SCRATCH/venv"
  expect 0 "$SCRATCH/venv/bin/pip" install --no-index "$dist"/*.whl
  expect 0 "$SCRATCH/venv/bin/promvet" --version
  says "promvet $version"
  says 'License-Expression: Apache-2.0' \
    "$SCRATCH"/venv/lib/python3*/site-packages/promvet-"$version".dist-info/METADATA

  # From here on PyPI is a folder, with the wheel in it and what pre-commit builds its own package with.
  expect 0 pip download --quiet --disable-pip-version-check --dest "$dist" setuptools
  export PIP_NO_INDEX=1 PIP_FIND_LINKS="$dist" PIP_DISABLE_PIP_VERSION_CHECK=1

  mkdir "$SCRATCH/temp"
  extract action 'Install promvet' > "$SCRATCH/step.sh"
  expect 0 env RUNNER_TEMP="$SCRATCH/temp" GITHUB_PATH="$SCRATCH/path" GITHUB_ACTION_PATH="$ROOT" \
    VERSION= bash --noprofile --norc -eo pipefail "$SCRATCH/step.sh"
  promvet="$(cat "$SCRATCH/path")/promvet"
  expect 0 "$promvet" --version
  says "promvet $version"

  if has pre-commit pre-commit; then
    repository "$SCRATCH/repository"
    extract fence docs/ci.md '.pre-commit-config.yaml without Rust' > .pre-commit-config.yaml
    export PRE_COMMIT_HOME="$SCRATCH/pre-commit-without-rust"
    git add .
    expect 0 pre-commit run --all-files
    printf '%s' "$bad" > prometheus.yml
    git add .
    expect 1 pre-commit run
    says 'remote-write/url-syntax'
  else
    left_out "pre-commit can't be installed"
  fi
fi

## What does not build

# A row without a source, and a shape with a type that there is not. Last, since it changes the copy.
tables="$copy/crates/promvet-schema"
refuses() {
  expect 101 cargo build --offline --locked --manifest-path "$manifest" --bin promvet
  says "$1"
}
sed -i.whole '/failed_request_logging/,/source:/{s/since: .*/removed: 3.15.0/;/source:/d}' \
  "$tables/tables/remote_write.yaml"
# The backticks are the message's own.
# shellcheck disable=SC2016
refuses 'a removed row needs a `source`'
mv "$tables/tables/remote_write.yaml.whole" "$tables/tables/remote_write.yaml"
sed -i 's/"duration > remote_timeout"/"period > remote_timeout"/' "$tables/dialects/example.yaml"
refuses 'no type is named period'
