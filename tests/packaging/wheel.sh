# The wheel carries the binary: it is built, installed by itself, and promvet runs from it, alone, as
# the hook without Rust, and as the action installs it. A debug build, to reuse what tests have built.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

if ! has maturin 'maturin>=1.9,<2'; then
  left_out "maturin can't be installed"
  exit 0
fi
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml" | head -n 1)
dist="$SCRATCH/dist"
expect 0 maturin build --manifest-path "$ROOT/Cargo.toml" --profile dev --locked --target-dir "$TARGET" \
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
expect 0 "$(cat "$SCRATCH/path")/promvet" --version
says "promvet $version"

if has pre-commit pre-commit; then
  repository "$SCRATCH/repository"
  extract fence docs/ci.md '.pre-commit-config.yaml without Rust' > .pre-commit-config.yaml
  export PRE_COMMIT_HOME="$SCRATCH/pre-commit"
  git add .
  expect 0 pre-commit run --all-files
  printf '%s' "$bad" > prometheus.yml
  git add .
  expect 1 pre-commit run
  says 'remote-write/url-syntax'
else
  left_out "pre-commit can't be installed"
fi
