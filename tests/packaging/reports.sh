# Reports in others' formats against schemas and validators that are not ours, over the tree of the
# README and one with names and values that no format expects.
set -euo pipefail
. "$ROOT/tests/packaging/parts.sh"

cp -r "$ROOT/fixtures/quickstart" tree
mkdir "tree/a&<b> \"c\" é"
printf 'remote_write:\n  - url: "mimir\\u0007::x <&> ]]>\\e[31m %%41"\n    name: "::error::x"\n' \
  > "tree/a&<b> \"c\" é/prometheus.yml"
mkdir tree/accepted
printf 'remote_write:\n  - url: a # promvet: ignore[remote-write/url-syntax] <b> & "c"\n  - url: b\n' \
  > tree/accepted/prometheus.yml
expect 0 "$PROMVET" baseline tree/accepted
mkdir clean
printf 'global: {}\n' > clean/prometheus.yml

outputs=()
for format in sarif junit checkstyle gitlab openmetrics; do
  outputs+=(--output "$format=$SCRATCH/$format")
done
expect 1 "$PROMVET" check tree --baseline promvet-baseline.json "${outputs[@]}"
grep -q '"kind": *"inSource"' sarif || fail "the comment is not in the SARIF report"
grep -q '"kind": *"external"' sarif || fail "the baseline is not in the SARIF report"
for format in sarif junit checkstyle gitlab openmetrics; do
  mv "$format" "$format.found"
done
expect 0 "$PROMVET" check clean "${outputs[@]}"

schemas="$ROOT/tests/packaging/schemas"
if has xmlschema-validate xmlschema; then
  for format in junit checkstyle; do
    expect 0 xmlschema-validate --schema "$schemas/$format.xsd" "$format" "$format.found"
    # A schema that accepts anything would prove nothing.
    sed 's/ name="/ nom="/' "$format.found" > "$format.bad"
    if xmlschema-validate --schema "$schemas/$format.xsd" "$format.bad" > /dev/null 2>&1; then
      fail "$format.xsd accepts a report without names"
    fi
  done
else
  left_out "xmlschema can't be installed"
fi

if command -v promtool > /dev/null; then
  for file in openmetrics openmetrics.found; do
    promtool check metrics < "$file" > "$SCRATCH/said" 2>&1 || fail "promtool rejects $file"
  done
else
  left_out "promtool is not installed"
fi

# Microsoft's validator comes as one package a platform; it needs no ICU in this mode.
multitool="$TOOLS/npm/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
if [ ! -x "$multitool" ] && command -v npm > /dev/null && [ "$(uname -sm)" = "Linux x86_64" ]; then
  npm install --silent --no-audit --no-fund --prefix "$TOOLS/npm" \
    @microsoft/sarif-multitool-linux > "$SCRATCH/npm.log" 2>&1 || true
fi
if [ -x "$multitool" ]; then
  export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  validate() {
    cp "$1" "$1.sarif"
    expect 0 "$multitool" validate "$1.sarif" --rule-kind 'Sarif;Ghas'
    says "Analysis completed successfully"
  }
  for file in sarif sarif.found; do
    validate "$file"
    says_not ": error "
    says_not ": warning "
  done
  sed 's/"ruleId"/"ruleName"/' sarif.found > sarif.bad
  validate sarif.bad
  says ": error "
else
  left_out "the SARIF validator can't be installed"
fi
