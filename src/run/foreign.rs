//! What is reported about a configuration that is written in other words than those of
//! `prometheus.yml`.

use std::path::Path;

use super::{
    misspelled, operator_words, programs, refused, relabel_file, stated, taken, thanos_rule,
};
use crate::discover::program::AGENT;
use crate::discover::{DialectWording, EmbeddedIn, nodes};
use crate::facts::Facts;
use crate::facts::deployment::is_unit;
use crate::finding::{Finding, Severity, Span, Unchecked, rule};
use crate::rules::RuleJudgment;
use crate::schema::dialect::{ALLOY, OPERATOR, OPERATOR_VALUES, RULES, THANOS, VMAGENT};
use crate::schema::edit;
use crate::yaml::{Document, Node, placeholder};

/// Rules that speak of what a release of Prometheus knows: the program that makes its
/// configuration, or is another one, leaves out what the release does not know.
const OF_RELEASES: &[&str] = &[rule::SCHEMA_UNAVAILABLE];

/// The release of Prometheus whose sections its last release, v0.44, has at most. An upper bound: keys
/// of 2.50 are in its own test data.
pub(super) const OF_AGENT: &str = "2.53";

/// What begins the names of jobs that stand for `discovery.relabel` of Alloy.
const TARGETS_OF_ALLOY: &str = "discovery.relabel.";

/// What is said of targets before Prometheus's own defaults are set on them, as in Alloy: no more
/// than that all are dropped.
const OF_TARGETS: &str = rule::RELABEL_DROPS_EVERYTHING;

/// Rules about what is absent: the rest of what a patch changes is in another file.
pub(super) const OF_ABSENCE: &[&str] = &[
    rule::REMOTE_WRITE_CREDENTIALS_MISSING,
    rule::REMOTE_WRITE_EXTERNAL_LABELS,
    rule::REMOTE_WRITE_QUEUE,
    rule::REMOTE_WRITE_TENANT_HEADER,
    rule::SCHEMA_MISSING_FIELD,
    rule::SCRAPE_FEDERATE,
];

/// Rules that rest on what is beside a key, or on the default of a key that is not there: of a patch of one
/// key, the object has the rest.
pub(super) const OF_OTHER_KEYS: &[&str] = &[
    rule::CREDENTIALS_AUTHORIZATION_EMPTY,
    rule::REMOTE_WRITE_RELABEL,
    rule::SCRAPE_DNS_PORT,
    rule::SCRAPE_SPLIT_ENTRY,
    rule::TLS_UNUSED,
];

/// Rules that ask what a job discovers: monitors and probes of the Operator select objects, and the
/// Operator writes the discovery.
const OF_JOBS: &[&str] = &[rule::SCRAPE_NO_DISCOVERY];

/// Whether a native finding is true of what a dialect describes, and not already said by the dialect.
fn counts(
    finding: &Finding,
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    document: &Document,
) -> bool {
    let mut said = spoken.findings.iter();
    let is_said = said.any(|other| {
        let at_one_place = || other.place.span() == finding.place.span();
        other.rule == finding.rule && (at_one_place() || lack_the_same(spoken, other, finding))
    });
    let rule = &&*finding.rule;
    // Which release of Prometheus is in Grafana Agent is known.
    let of_agent = || holder.is_some_and(|holder| holder.word() == AGENT);
    let of_operator = || [OPERATOR.word, OPERATOR_VALUES.word].contains(&spoken.dialect.word);
    let is_foreign = OF_RELEASES.contains(rule) && !of_agent()
        || OF_JOBS.contains(rule) && of_operator()
        || rule::group_of(rule) == rule::GROUP_RELABEL
            && finding.rule != OF_TARGETS
            && is_of_targets(document)
        || programs::has_another_default(finding, holder)
        || taken::takes(finding, holder, document);
    !(is_said || is_foreign || is_of_selector(spoken, finding) || is_of_old_agent(finding))
}

/// Puts a native finding into the words of a dialect and of the program that reads it.
fn reword(
    finding: &mut Finding,
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    document: &Document,
) {
    let has_refused_form = refused::has_refused_form(finding, spoken);
    let refused = match finding.message.is_late() {
        true if has_refused_form => Some(refused::of_url(spoken)),
        true => programs::late(finding, holder),
        false => Some(refused::consequence(finding, spoken, holder, document).into_owned()),
    };
    finding.message = finding.message.reworded(str::to_owned, refused.as_deref());
    spell(finding, spoken, holder);
    if has_refused_form && std::ptr::eq(spoken.dialect, &RULES) {
        finding.message = RULES.mistyped_value(finding.message.to_string());
    }
}

/// Writes the keys in a native finding as the dialect has them.
pub(super) fn spell(finding: &mut Finding, spoken: &DialectWording, holder: Option<&EmbeddedIn>) {
    let place = finding.place.clone();
    let put = |text: &str| {
        let text = spoken.spelling.put_at(&place, text);
        let text = operator_words::put(text, spoken);
        programs::in_its_name(&text, holder).unwrap_or(text)
    };
    finding.message = finding.message.reworded(put, None);
    for evidence in &mut finding.evidence {
        evidence.message = put(&evidence.message);
    }
    let text = finding.place.text();
    // Behind a flag or a variable of the environment no key can be added.
    let is_key = |after: Span| {
        text.slice(after)
            .starts_with(|c: char| c.is_ascii_lowercase())
    };
    let is_of_keys = spoken.dialect.word != VMAGENT.word;
    if let Some(advice) = &mut finding.advice {
        advice.spell(put, |after| is_of_keys && is_key(after));
    }
}

/// Puts what native rules say into the words of the dialect, and adds what the dialect rejects.
pub(super) fn put(
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    document: &Document,
    facts: &Facts<'_>,
    judgment: &mut RuleJudgment,
) {
    judgment
        .findings
        .retain(|finding| counts(finding, spoken, holder, document));
    for finding in &mut judgment.findings {
        reword(finding, spoken, holder, document);
        refused::without_credentials(finding, holder, facts);
        taken::header_of_alloy(finding, holder);
        taken::queue(finding, holder);
        taken::split_url(finding, holder, document);
        taken::own_help(finding, holder, spoken.dialect);
    }
    set_by_scripts(holder, document, facts, judgment);
    let is_of_chart = |finding: &&Finding| {
        is_key_of_own_chart(finding, spoken, document, facts)
            || is_of_old_operator(finding, facts)
            || is_moved(finding, facts)
    };
    let refused = programs::refused(spoken.dialect, holder);
    let refused = spoken.dialect.has_readers.then_some(&*refused);
    let put = |text: &str| {
        let named = programs::in_its_name(text, holder);
        named.unwrap_or_else(|| text.to_owned())
    };
    let of_dialect = spoken
        .findings
        .iter()
        .filter(|finding| !is_of_chart(finding));
    judgment
        .findings
        .extend(of_dialect.cloned().map(|mut finding| {
            finding.message = finding.message.reworded(put, refused);
            finding
        }));
    programs::without_output(&mut judgment.findings, holder, facts);
    judgment
        .findings
        .extend(programs::unexpanded(document, holder, facts));
    judgment.findings.extend(taken::hyphened(document, holder));
    let unset = programs::unset(document, holder, facts);
    judgment.findings.extend(unset);
    leave_to_other_files(judgment, document, holder, facts);
    let lacking = programs::without_extension(document, holder, facts);
    judgment.findings.extend(lacking);
    for unchecked in &mut judgment.unchecked {
        if let Some(named) = programs::in_its_name(&unchecked.reason, holder) {
            unchecked.reason = named;
        }
    }
    if std::ptr::eq(spoken.dialect, &THANOS) {
        thanos_rule::put(&mut judgment.findings, document, holder, facts);
    }
    relabel_file::put(&mut judgment.findings, document, holder, facts);
    leave_to_whole(spoken, judgment);
    misspelled::put(&mut judgment.findings);
    stated::put(spoken, document.text().path(), facts, judgment);
    edit::fix_translated(document, &mut judgment.findings);
    judgment.unchecked.extend(spoken.unchecked.iter().cloned());
    of_tree(spoken, holder, document, facts, judgment);
}

/// Takes out what one file of a configuration lacks and another may have.
fn leave_to_other_files(
    judgment: &mut RuleJudgment,
    document: &Document,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) {
    let is_elsewhere = programs::is_elsewhere(document, holder, facts);
    let is_of_pieces = |finding: &Finding| {
        let lacks = finding.rule == rule::SCHEMA_MISSING_FIELD;
        finding.rule == rule::AGENTS_PIPELINE
            || finding.rule == rule::REMOTE_WRITE_CREDENTIALS_MISSING
            || lacks && finding.keys().last() == "endpoint"
    };
    judgment
        .findings
        .retain(|finding| !(is_of_pieces(finding) && is_elsewhere(finding)));
}

/// Takes out of what is said of a part what the whole may have.
fn leave_to_whole(spoken: &DialectWording, judgment: &mut RuleJudgment) {
    if !spoken.is_partial {
        return;
    }
    // A patch of one key leaves the others of a credential and of a relabel rule as they are.
    let is_patch = std::ptr::eq(spoken.dialect, &OPERATOR);
    let is_of_patch = |finding: &Finding| {
        finding.rule == rule::REMOTE_WRITE_CREDENTIALS_KIND
            || rule::group_of(&finding.rule) == rule::GROUP_RELABEL
            || OF_OTHER_KEYS.contains(&&*finding.rule)
            || finding.rule == rule::SCHEMA_CONFLICT && finding.evidence.is_empty()
    };
    judgment.findings.retain(|finding| {
        let is_whole = || {
            finding.rule == rule::SCHEMA_MISSING_FIELD && spoken.is_written_whole(&finding.logical)
        };
        // Of a rule, the object has the rest.
        if std::ptr::eq(spoken.dialect, &RULES) {
            return spoken.is_written(&finding.logical);
        }
        let is_absent = OF_ABSENCE.contains(&&*finding.rule) && !is_whole();
        !(is_absent || is_patch && is_of_patch(finding))
    });
}

/// Adds what the rest of the tree says of the objects that a resource names and selects, and of its keys.
fn of_tree(
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    document: &Document,
    facts: &Facts<'_>,
    judgment: &mut RuleJudgment,
) {
    judgment.findings.extend(selected(spoken, holder, facts));
    let namespace = holder.and_then(EmbeddedIn::namespace);
    let mounted = facts.mounted(&spoken.mounted, namespace);
    judgment.findings.extend(mounted);
    if let Some(selecting) = &spoken.selecting {
        let path = document.text().path();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let near = facts.near_misses(selecting, folder);
        judgment.findings.extend(near);
    }
}

/// What is wrong with the keys of Secrets and ConfigMaps that are named.
fn selected(
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) -> Vec<Finding> {
    let namespace = holder.and_then(EmbeddedIn::namespace);
    match std::ptr::eq(spoken.dialect, &ALLOY) {
        true => facts.read_keys(&spoken.references),
        false => facts.selected(&spoken.references, namespace),
    }
}

/// Takes out what is said of empty flags of a unit whose lines a script of the tree writes anew, and makes
/// warnings of it where other flags hold words to be filled in.
fn set_by_scripts(
    holder: Option<&EmbeddedIn>,
    document: &Document,
    facts: &Facts<'_>,
    judgment: &mut RuleJudgment,
) {
    let shown: &str = document.text().path();
    let lacks = |finding: &Finding| finding.rule == rule::SCHEMA_MISSING_FIELD;
    if !is_unit(Path::new(shown)) || !judgment.findings.iter().any(lacks) {
        return;
    }
    if facts.rendered_by(shown, holder).is_some() {
        judgment.findings.retain(|finding| !lacks(finding));
    }
    let is_word = |node: Node<'_>| node.as_str().is_some_and(placeholder::is_one_shouted_word);
    if nodes(document).any(is_word) {
        for finding in judgment
            .findings
            .iter_mut()
            .filter(|finding| lacks(finding))
        {
            finding.severity = finding.severity.min(Severity::Warning);
        }
    }
}

/// Whether a finding calls a key deprecated that the Operator of the tree wants: `image` took the place of
/// three keys later (prometheus-operator v0.41.0 `pkg/apis/monitoring/v1/types.go`).
fn is_of_old_operator(finding: &Finding, facts: &Facts<'_>) -> bool {
    finding.rule == rule::SCHEMA_DEPRECATED
        && ["baseImage", "tag", "sha"].contains(&finding.keys().last())
        && facts.operator_release().is_some_and(|minor| minor < 41)
}

/// Whether a finding speaks of the namespace of an object that a kustomization may put into another one.
fn is_moved(finding: &Finding, facts: &Facts<'_>) -> bool {
    finding.rule == rule::KUBERNETES_OBJECT_NAME
        && finding.keys().ends_with(&["metadata", "namespace"])
        && facts.sets_namespace()
}

/// Whether an unknown key is one that the chart whose values these are reads by itself.
fn is_key_of_own_chart(
    finding: &Finding,
    spoken: &DialectWording,
    document: &Document,
    facts: &Facts<'_>,
) -> bool {
    let text = finding.place.text().slice(finding.place.span());
    let key = match spoken.dialect.word == OPERATOR_VALUES.word {
        true => text.trim_matches(['"', '\'']),
        // Of another program all keys are known, so that the whole path has to be named.
        false => &finding.logical,
    };
    finding.rule == rule::SCHEMA_UNKNOWN_FIELD
        && facts.is_read_by_chart(document.text().path(), key)
}

/// Whether a configuration is `discovery.relabel` of Alloy.
fn is_of_targets(document: &Document) -> bool {
    let jobs = document.root().and_then(|root| root.get("scrape_configs"));
    let job = jobs.and_then(|jobs| jobs.items().next());
    let name = job.and_then(|job| job.get("job_name")?.as_str());
    !document.is_yaml() && name.is_some_and(|name| name.starts_with(TARGETS_OF_ALLOY))
}

/// Takes out what is not PromQL in rules of the Operator where only vmalert can be seen to evaluate
/// them: MetricsQL accepts a range behind any expression, among others.
pub(super) fn set_metricsql_aside(judgment: &mut RuleJudgment, facts: &Facts<'_>) {
    let is_promql = |finding: &Finding| finding.rule == rule::FILES_PROMQL;
    if !judgment.findings.iter().any(is_promql) {
        return;
    }
    let Some(vmalert) = facts.vmalert_alone() else {
        return;
    };
    let (path, line) = (vmalert.path(), vmalert.start().line);
    let aside = judgment
        .findings
        .extract_if(.., |finding| is_promql(finding));
    judgment.unchecked.extend(aside.map(|finding| Unchecked {
        cause: None,
        reason: format!(
            "the expression is not PromQL, and vmalert may accept it: {path}:{line} runs vmalert, \
             and nothing here runs Prometheus"
        ),
        place: finding.place,
        logical: finding.logical.to_string(),
        settle: Some("check it with `vmalert -dryRun`".to_owned()),
    }));
}

/// Whether a finding of the dialect and a native one say that the same key is missing.
fn lack_the_same(spoken: &DialectWording, of_dialect: &Finding, native: &Finding) -> bool {
    let (here, there) = (of_dialect.keys(), native.keys());
    of_dialect.rule == rule::SCHEMA_MISSING_FIELD
        && here.section() == there.section()
        && spoken.spelling.of(there.last()) == here.last()
}

/// Whether a finding speaks of `sigv4.enabled`, which Grafana Agent had up to 0.13 (grafana/agent
/// v0.14.0 CHANGELOG).
fn is_of_old_agent(finding: &Finding) -> bool {
    finding.rule == rule::SCHEMA_UNKNOWN_FIELD && finding.keys().ends_with(&["sigv4", "enabled"])
}

/// Whether a finding of the schema speaks of the value of a key of a Secret, which stands for a text
/// that is not known.
fn is_of_selector(spoken: &DialectWording, finding: &Finding) -> bool {
    let span = finding.place.span();
    let mut selectors = spoken.references.iter();
    rule::group_of(&finding.rule) == rule::GROUP_SCHEMA
        && selectors.any(|reference| reference.place.span() == span)
}
