# The hooks under the real pre-commit, on commits in a scratch repository, with the binary that is there.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

if ! has pre-commit pre-commit; then
  left_out "pre-commit can't be installed"
  exit 0
fi
mkdir "$SCRATCH/bin"
cp "$PROMVET" "$SCRATCH/bin/promvet"

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
