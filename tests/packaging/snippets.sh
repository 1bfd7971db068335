# The shell of the action and of the templates, as pasted, with promvet itself and stubs for what
# installs it.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

if ! python -c 'import yaml' 2> /dev/null && ! has no-such-command pyyaml; then
  left_out "PyYAML can't be installed"
  exit 0
fi

# What a job finds: promvet, and tools that only write down what they were asked to do.
mkdir -p "$SCRATCH/bin"
cp "$PROMVET" "$SCRATCH/bin/promvet"
for stub in apk pip docker gh sha256sum; do
  printf '#!/bin/sh\necho "%s $*" >> "%s"\n' "$stub" "$SCRATCH/asked" > "$SCRATCH/bin/$stub"
  chmod +x "$SCRATCH/bin/$stub"
done

# A branch merged as a pull request is, on top of an old fault. `better` touches nothing bad,
# `worse` brings a fault of its own.
repository "$SCRATCH/work tree"
mkdir old
printf '%s' "$bad" > old/prometheus.yml
cp token old/
git add .
git commit --quiet --message 'old fault'
git clone --quiet --bare . "$SCRATCH/origin.git"
git remote add origin "$SCRATCH/origin.git"
for branch in better worse; do
  git checkout --quiet -b "$branch" main
  [ "$branch" = better ] || printf '%s' "$bad" > prometheus.yml
  echo "# $branch" >> compose.yml
  git commit --quiet --all --message "$branch"
  git checkout --quiet -b "merge-$branch" main
  git merge --quiet --no-ff --message merge "$branch"
done

pasted() { PATH="$SCRATCH/bin:$PATH" "$@"; }

## The action

step() {
  extract action "$1" > "$SCRATCH/step.sh" || return 99
  rm -rf "$SCRATCH/temp"
  mkdir "$SCRATCH/temp"
  : > "$SCRATCH/output" && : > "$SCRATCH/summary" && : > "$SCRATCH/path"
  pasted env RUNNER_TEMP="$SCRATCH/temp" GITHUB_OUTPUT="$SCRATCH/output" \
    GITHUB_STEP_SUMMARY="$SCRATCH/summary" GITHUB_PATH="$SCRATCH/path" GITHUB_ACTION_PATH="$ROOT" \
    VERSION="${VERSION-}" PATHS="${PATHS-.}" ARGS="${ARGS-}" SINCE="${SINCE-}" \
    SARIF="${SARIF-false}" SUMMARY="${SUMMARY-true}" \
    bash --noprofile --norc -eo pipefail "$SCRATCH/step.sh"
}

VERSION=installed expect 0 step 'Install promvet'
says 'promvet 0'

git checkout --quiet merge-better
expect 1 step Check
says '::error file=old/prometheus.yml'
says 'status=1' "$SCRATCH/output"
says_not 'sarif=' "$SCRATCH/output"
says 'remote-write/url-syntax' "$SCRATCH/summary"

SINCE=HEAD^1 SARIF=true SUMMARY=false expect 0 step Check
says_not '::error'
says 'status=0' "$SCRATCH/output"
says "sarif=$SCRATCH/temp/promvet.sarif" "$SCRATCH/output"
says 'old/prometheus.yml' "$SCRATCH/temp/promvet.sarif"
[ ! -s "$SCRATCH/summary" ] || fail 'a summary was written'

git checkout --quiet merge-worse
SINCE=HEAD^1 SARIF=true expect 1 step Check
says '::error file=prometheus.yml'
says_not 'old/prometheus.yml'
says 'status=1' "$SCRATCH/output"

# One path a line, words with blanks in quotes, and nothing that is run.
mkdir 'a b'
printf '%s' "$bad" > 'a b/prometheus.yml'
touch 'my policy.yaml'
PATHS=$'a b\nold' ARGS="--config 'my policy.yaml' --fail-on warning" expect 1 step Check
says '::error file=a b/prometheus.yml'
says '::error file=old/prometheus.yml'
# shellcheck disable=SC2016
PATHS='$(touch ran)' ARGS='`touch ran` ; touch ran' expect 2 step Check
[ ! -e ran ] || fail 'an input was run as a command'
SINCE=no-such-revision SARIF=true expect 2 step Check
says 'status=2' "$SCRATCH/output"
rm -rf 'a b' 'my policy.yaml'

## GitLab

gitlab() {
  { extract gitlab before_script && extract gitlab script; } > "$SCRATCH/script.sh" || return 99
  rm -f gl-code-quality-report.json promvet.xml "$SCRATCH/asked"
  pasted env CI_MERGE_REQUEST_DIFF_BASE_SHA="${BASE-}" PROMVET_VERSION=1.2.3 \
    PROMVET_PATHS="${PATHS-.}" PROMVET_ARGS="${ARGS---require-coverage}" sh -e "$SCRATCH/script.sh"
}

git checkout --quiet better
BASE=$(git merge-base main HEAD) expect 0 gitlab
says 'old/prometheus.yml' gl-code-quality-report.json
says '<testsuites' promvet.xml
says_not '<failure' promvet.xml
says 'promvet==1.2.3' "$SCRATCH/asked"
BASE='' expect 1 gitlab
says '<failure' promvet.xml
BASE='' PATHS='prometheus.yml compose.yml' ARGS='--if-recognised' expect 0 gitlab
git checkout --quiet worse
BASE=$(git merge-base main HEAD) expect 1 gitlab
says 'prometheus.yml:2'
says_not 'old/prometheus.yml:'
BASE=no-such-revision expect 2 gitlab
rm -f gl-code-quality-report.json promvet.xml

## Jenkins

jenkins() {
  extract fence docs/ci.md Jenkinsfile > "$SCRATCH/Jenkinsfile" || return 99
  extract sh < "$SCRATCH/Jenkinsfile" > "$SCRATCH/jenkins.sh" || return 99
  CHANGE_TARGET="${CHANGE_TARGET-}" PATH="$SCRATCH/jenkins:$PATH" sh -xe "$SCRATCH/jenkins.sh"
}

# A virtual environment whose pip is the stub.
mkdir "$SCRATCH/jenkins"
cat > "$SCRATCH/jenkins/python3" << END
#!/bin/sh
mkdir -p .promvet/bin && cp "$SCRATCH/bin/pip" "$SCRATCH/bin/promvet" .promvet/bin/
END
chmod +x "$SCRATCH/jenkins/python3"
CHANGE_TARGET=main expect 1 jenkins
says 'prometheus.yml:2'
says_not 'old/prometheus.yml:'
says 'url-syntax' promvet.sarif
git checkout --quiet better
CHANGE_TARGET=main expect 0 jenkins
CHANGE_TARGET='' expect 1 jenkins
says '<failure' promvet.xml
rm -rf promvet.sarif promvet.xml .promvet

## Any shell

snippet() {
  extract fence docs/ci.md "$1" > "$SCRATCH/snippet.sh" || return 99
  pasted sh -e "$SCRATCH/snippet.sh"
}

expect 0 snippet 'in any shell'
expect 0 snippet 'changed files in any shell'
git checkout --quiet worse
expect 1 snippet 'in any shell'
says '<failure' promvet.xml
expect 123 snippet 'changed files in any shell'
says_not 'compose.yml'
expect 0 snippet 'an audit in any shell'
says '"version":1' promvet.json
says 'old/prometheus.yml' promvet.md
says 'promvet_' promvet.prom
says 'cortex.shop.acme.opstrace.io' endpoints.csv
expect 0 snippet 'in a container'
expect 0 snippet 'check a download'
says 'docker run --rm -v' "$SCRATCH/asked"

## What the page shows

repository "$SCRATCH/shown"
slip
PATH="$SCRATCH/bin:$PATH"
as_shown 'the pull request'
as_shown 'the audit'
cd "$ROOT"
as_shown 'a finding' README.md

# Both comments work and hide something, or there would be a finding.
mkdir "$SCRATCH/suppressions"
cd "$SCRATCH/suppressions"
git init --quiet .
extract fence docs/suppressions.md 'two comments' > prometheus.yml
echo aaaa > password
expect 0 promvet check --now 2026-12-01 --fail-on info
says '3 suppressed'
expect 0 promvet suppressions
says 'prometheus.yml:8'

# The wording of sentences may change; keys, types and places are the contract.
mkdir -p "$SCRATCH/json/prod"
cd "$SCRATCH/json"
git init --quiet .
extract fence docs/json.md 'a configuration' > prod/prometheus.yml
extract fence docs/json.md 'the report' > page.json
echo aaaa > prod/token
promvet check --format json > report.json
expect 0 python3 - << 'END'
import json

def contract(value, key=""):
    if key in ("message", "help", "reason", "settle", "title"):
        return type(value).__name__
    if isinstance(value, dict):
        return {name: contract(inner, name) for name, inner in value.items()}
    return [contract(item) for item in value] if isinstance(value, list) else value

page, report = (contract(json.load(open(name))) for name in ("page.json", "report.json"))
assert page == report, f"docs/json.md:\n{page}\npromvet:\n{report}"
END
