#!/usr/bin/env bash
# What others use promvet through: hooks, the action, the templates, the wheel. What a part needs is
# installed from PyPI into target/packaging; where that can't be done, the part is left out and says
# why. PROMVET names another binary than the one built here; the arguments name parts, behind `--but`
# those that are left out.
set -euo pipefail
cd "$(dirname "$0")/../.."

export ROOT="$PWD"
export TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
export TOOLS="$TARGET/packaging"
mkdir -p "$TOOLS"

left_out() { echo "   left out: $1"; exit 0; }
if ! command -v python3 > /dev/null; then left_out "python3 is not installed"; fi
if ! command -v git > /dev/null; then left_out "git is not installed"; fi
if [ ! -x "$TOOLS/venv/bin/pip" ]; then
  python3 -m venv "$TOOLS/venv" || left_out "python3 can't make a virtual environment"
fi
export PATH="$TOOLS/venv/bin:$PATH"

if [ -z "${PROMVET:-}" ]; then
  cargo build --quiet --locked
  PROMVET="$TARGET/debug/promvet"
fi
export PROMVET

# Nothing of the person's own git counts.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE

parts=("$@")
if [ "$#" -eq 0 ] || [ "$1" = --but ]; then
  parts=()
  for part in lint reports snippets pre_commit built; do
    [[ " $* " = *" $part "* ]] || parts+=("$part")
  done
fi
for part in "${parts[@]}"; do
  echo "-- packaging: $part"
  SCRATCH=$(mktemp -d)
  export SCRATCH
  status=0
  (cd "$SCRATCH" && bash "$ROOT/tests/packaging/$part.sh") || status=$?
  rm -rf "$SCRATCH"
  if [ "$status" -ne 0 ]; then
    echo "   failed: tests/packaging/run.sh $part" >&2
    exit 1
  fi
done
