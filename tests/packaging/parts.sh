# What the parts share. Sourced, not run.
# shellcheck shell=bash
set -euo pipefail

# Installs packages from PyPI unless their command is there; false if that can't be done.
has() {
  local command=$1
  shift
  command -v "$command" > /dev/null && return
  pip install --quiet --disable-pip-version-check --retries 1 "$@" > "$SCRATCH/pip.log" 2>&1
}

left_out() {
  echo "   left out: $1"
}

fail() {
  echo "$1" >&2
  [ ! -f "$SCRATCH/said" ] || sed 's/^/    | /' "$SCRATCH/said" >&2
  exit 1
}

# Runs a command, whose output goes to $SCRATCH/said, and demands an exit status.
expect() {
  local expected=$1 status=0
  shift
  "$@" > "$SCRATCH/said" 2>&1 || status=$?
  [ "$status" -eq "$expected" ] || fail "exit status $status instead of $expected: $*"
}

# Demands a text in the output of the last command, or in a file.
says() {
  grep -qF -- "$1" "${2:-$SCRATCH/said}" || fail "does not say: $1"
}

says_not() {
  ! grep -qF -- "$1" "${2:-$SCRATCH/said}" || fail "says: $1"
}

extract() {
  (cd "$ROOT" && python "$ROOT/tests/packaging/extract.py" "$@")
}

good='remote_write:
  - url: https://cortex.shop.acme.opstrace.io/api/v1/push
    bearer_token_file: token
'
# No scheme: remote-write/url-syntax.
bad=${good/https:\/\//}
export good bad

# A repository with a good configuration, in a new folder that becomes the current one.
repository() {
  mkdir -p "$1"
  cd "$1"
  git init --quiet --initial-branch main
  printf '%s' "$good" > prometheus.yml
  echo secret > token
  printf 'services:\n  web:\n    image: nginx\n' > compose.yml
  git add .
  git commit --quiet --message first
}

# A copy of what cargo builds, in "$SCRATCH/source", under a version that ends in the word given: cargo
# would take what it builds from the copy for this repository's.
copy_sources() {
  if ! command -v cargo > /dev/null; then
    left_out "cargo is not installed"
    exit 0
  fi
  mkdir "$SCRATCH/source"
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard -- Cargo.toml Cargo.lock build.rs \
    build rules src crates benches examples tests/online pyproject.toml README.md LICENSE \
    .pre-commit-hooks.yaml | tar -c --null -T -) | tar -x -C "$SCRATCH/source"
  sed -i 's/^version = "\([0-9.]*\)"$/version = "\1+'"$1"'"/' "$SCRATCH/source/Cargo.toml"
  sed -i '/^name = "promvet/{n;s/"$/+'"$1"'"/}' "$SCRATCH/source/Cargo.lock"
}

# Makes a repository of hooks and prints its revision, which is the same for the same content.
hooks() {
  cd "$1"
  git init --quiet --initial-branch main
  git add --force .
  GIT_AUTHOR_DATE='2026-01-01T00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00Z' \
    git commit --quiet --message hooks
  git rev-parse HEAD
}

# A repository that uses a hook.
using() {
  printf 'repos:\n- repo: %s\n  rev: %s\n  hooks:\n' "$1" "$2" > .pre-commit-config.yaml
  printf '  - id: %s\n' "$3" >> .pre-commit-config.yaml
  git add .pre-commit-config.yaml
}

attempt() {
  git add --all
  PATH="$SCRATCH/bin:$PATH" git commit --message "$1"
}

# What the page's examples show: a second endpoint, and a slip in the first.
slip() {
  printf '%s' "$bad" > prometheus.yml
  printf '  - url: https://mimir.example.com/api/v1/push\n' >> prometheus.yml
  printf '    headers:\n      X-Scope-OrgID: shop\n' >> prometheus.yml
}

# Runs the command of a console block of docs/ci.md, or of another page, and demands what it shows.
as_shown() {
  local command page="${2:-docs/ci.md}"
  command=$(extract fence "$page" "$1" | sed -n '1s/^\$ //p')
  expect 1 bash -c "$command"
  sed -i 's/\r//; s/[[:blank:]]*$//' "$SCRATCH/said"
  extract shown "$page" "$1" > "$SCRATCH/page"
  diff -u "$SCRATCH/page" "$SCRATCH/said" > "$SCRATCH/diff" || {
    mv "$SCRATCH/diff" "$SCRATCH/said"
    fail "$page shows something else for '$1'"
  }
}
