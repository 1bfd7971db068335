# The hooks under the real pre-commit, on commits in a scratch repository: once with the binary that
# is there, once built as pre-commit does it.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

if ! has pre-commit pre-commit; then
  left_out "pre-commit can't be installed"
  exit 0
fi
mkdir "$SCRATCH/bin"
cp "$PROMVET" "$SCRATCH/bin/promvet"

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

## The manifest, with the binary that is there

mkdir "$SCRATCH/hooks"
sed 's/language: rust/language: system/' "$ROOT/.pre-commit-hooks.yaml" \
  > "$SCRATCH/hooks/.pre-commit-hooks.yaml"
revision=$(hooks "$SCRATCH/hooks")
export PRE_COMMIT_HOME="$SCRATCH/pre-commit"

repository "$SCRATCH/changed"
expect 0 pre-commit install
using "$SCRATCH/hooks" "$revision" promvet
expect 0 attempt 'use the hook'

printf '%s' "$bad" > prometheus.yml
expect 1 attempt 'bad'
says 'remote-write/url-syntax'
says 'prometheus.yml:2'
says 'cortex.shop.acme.opstrace.io'
[ "$(git log -1 --format=%s)" = 'use the hook' ] || fail 'the bad commit was made'

printf '%s' "$good" > prometheus.yml
echo '# more' >> compose.yml
echo '# more' >> prometheus.yml
expect 0 attempt 'good beside a compose file'
says 'Passed'

mkdir deploy
git mv prometheus.yml token deploy/
git rm --quiet compose.yml
expect 0 attempt 'moved and deleted'

# Templates are looked into, other files are not.
printf '%s' "$bad" > deploy/agent.yml.j2
expect 1 attempt 'bad template'
says 'agent.yml.j2'
rm deploy/agent.yml.j2
printf '%s' "$bad" > notes.md
expect 0 attempt 'not YAML'
says 'Skipped'
printf 'issuers: 5\n' > promvet.yaml
expect 1 attempt 'bad policy'
says 'promvet.yaml:1'

repository "$SCRATCH/tree"
expect 0 pre-commit install
using "$SCRATCH/hooks" "$revision" promvet-tree
expect 0 attempt 'use the hook'
git rm --quiet token
expect 1 attempt 'delete what a configuration rests on'
says 'credentials/missing'
git reset --quiet --hard
sed -i 's/promvet-tree/&\n    args: [--staged]/' .pre-commit-config.yaml
rm token
expect 1 env PATH="$SCRATCH/bin:$PATH" git commit --all --message 'only what it makes worse'
says 'credentials/missing'
SKIP=promvet-tree expect 0 attempt 'anyway'
echo '# more' >> prometheus.yml
expect 0 attempt 'nothing worse'

# What the page shows.
repository "$SCRATCH/shown"
expect 0 pre-commit install
using "$SCRATCH/hooks" "$revision" promvet
expect 0 attempt 'use the hook'
slip
git add .
PATH="$SCRATCH/bin:$PATH" as_shown 'the commit'

## As pre-commit builds it, but for the profile and the versions of the dependencies: those that tests have
## built are taken, since building them anew takes longer than everything else here.

if ! command -v cargo > /dev/null; then
  left_out "cargo is not installed"
  exit 0
fi
mkdir "$SCRATCH/source"
(cd "$ROOT" && git ls-files -z --cached --others --exclude-standard -- Cargo.toml Cargo.lock build.rs \
  build rules src crates benches examples .pre-commit-hooks.yaml | tar -c --null -T -) | tar -x -C "$SCRATCH/source"
revision=$(hooks "$SCRATCH/source")
export CARGO_TARGET_DIR="$TARGET"
cat > "$SCRATCH/bin/cargo" << END
#!/bin/sh
[ "\$1" = install ] && shift && exec "$(command -v cargo)" install --debug --locked "\$@"
exec "$(command -v cargo)" "\$@"
END
chmod +x "$SCRATCH/bin/cargo"
rm "$SCRATCH/bin/promvet"

repository "$SCRATCH/built"
expect 0 pre-commit install
using "$SCRATCH/source" "$revision" promvet
expect 0 attempt 'use the hook'
printf '%s' "$bad" > prometheus.yml
expect 1 attempt 'bad'
says 'remote-write/url-syntax'
