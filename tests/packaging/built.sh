# What is built from the sources: the wheel, which carries the binary, and the hook as pre-commit builds it.
# Both from one copy, in debug, since building takes longer than everything else here; and in it the worked
# example of docs/adding-a-rule.md, a page and a check.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

copy_sources rule
page=docs/adding-a-rule.md
extract fence $page 'a page' > "$SCRATCH/source/rules/remote-write/blank-in-name.md"
extract fence $page 'a check' > "$SCRATCH/source/src/rules/remote_write/blank_in_name.rs"
export CARGO_TARGET_DIR="$TARGET"

## The hook

if has pre-commit pre-commit; then
  revision=$(hooks "$SCRATCH/source")
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
  using "$SCRATCH/source" "$revision" promvet
  expect 0 attempt 'use the hook'
  printf '%s' "$bad" > prometheus.yml
  expect 1 attempt 'bad'
  says 'remote-write/url-syntax'
else
  left_out "pre-commit can't be installed"
fi

## The wheel

if ! has maturin 'maturin>=1.9,<2'; then
  left_out "maturin can't be installed"
  exit 0
fi
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$SCRATCH/source/Cargo.toml" | head -n 1)
dist="$SCRATCH/dist"
expect 0 maturin build --manifest-path "$SCRATCH/source/Cargo.toml" --profile dev --locked --target-dir "$TARGET" \
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

## The rule

mkdir "$SCRATCH/example"
cd "$SCRATCH/example"
extract fence $page 'a configuration' > prometheus.yml
extract shown $page 'what is reported' > "$SCRATCH/shown"
"$promvet" check --format concise --select remote-write/blank-in-name prometheus.yml > "$SCRATCH/said" || true
grep blank-in-name "$SCRATCH/said" > "$SCRATCH/reported" || fail 'the rule reports nothing'
diff "$SCRATCH/shown" "$SCRATCH/reported" || fail 'something else is reported'
