//! What is reported about one file by itself.

mod other_files;

use std::collections::HashMap;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use super::rendered::{self, RenderedConfiguration};
use super::request::Request;
use super::survey::ScannedFile;
use super::watch::RunStats;
use super::{
    agent, agent_fragment, before_2, bitnami, broken, by_default, by_tag, chart_agent,
    chart_release, custom_rules, foreign, job_list, patched, placeholders, taken, thanos_rule,
    unfilled, unrendered, vmagent, web_file,
};
use crate::discover::program::AGENT;
use crate::discover::{self, DialectWording, EmbeddedIn, FileContent, RecognizedFile};
use crate::facts::Facts;
use crate::finding::{Finding, Place, Severity, Span, Unchecked, rule};
use crate::policy::Policy;
use crate::rules::custom::CustomRules;
use crate::rules::{self, ConfigContext, Configuration, LoadedBy, RuleJudgment};
use crate::schema::dialect::SENDERS;
use crate::schema::{self, TargetReleases, Version, edit, rule_file};
use crate::source::Tree;
use crate::yaml::Document;
use other_files::{as_test_data, encoded, of_other};

/// What is reported about one file, and the configuration in it.
pub(crate) fn judge_one<'a>(
    seen: &'a ScannedFile,
    facts: &'a Facts<'a>,
    request: &Request,
    own: &CustomRules,
    tree: &dyn Tree,
) -> (RuleJudgment, Option<Configuration<'a>>) {
    let (mut judgment, configuration) = judge(seen, facts, request, own, tree);
    by_tag::leave_to_older(&mut judgment, seen, facts);
    (judgment, configuration)
}

fn judge<'a>(
    seen: &'a ScannedFile,
    facts: &'a Facts<'a>,
    request: &Request,
    own: &CustomRules,
    tree: &dyn Tree,
) -> (RuleJudgment, Option<Configuration<'a>>) {
    let recognized = &seen.recognized;
    let judgment = match &recognized.what {
        FileContent::Configuration { document, .. } => {
            let read = read(document, seen, facts, request, tree);
            let (mut judgment, meant) =
                of_configuration(&read, document, seen, facts, request, own);
            job_list::add(&mut judgment, document, seen, facts);
            unfilled::add(&mut judgment, document, seen, facts);
            as_test_data(&mut judgment, seen, facts);
            let holder = recognized.holder.as_ref();
            judgment
                .findings
                .retain(|finding| !taken::is_filled_by_azure(finding, holder));
            before_2::set_aside(&mut judgment, seen, facts);
            if !(judgment.findings.is_empty() && judgment.unchecked.is_empty()) {
                // Lines are shown only of files about which there is something to say.
                schema::mark_secrets(document);
            }
            if recognized.masked {
                judgment = unrendered::as_far_as_it_goes(judgment, recognized);
            }
            as_spoken(&mut judgment, document, seen, facts);
            unrendered::as_alternatives(&mut judgment, recognized);
            by_default::put(&mut judgment, recognized, facts);
            patched::set_replaced_values_aside(&mut judgment, recognized, facts);
            chart_agent::add(&mut judgment, document, seen, facts);
            chart_release::set_unread_jobs_aside(&mut judgment, document, seen, facts);
            bitnami::set_unread_values_aside(&mut judgment, document, seen, facts);
            return (judgment, meant.or(read.configuration));
        }
        FileContent::Rules { document } => of_rules(document, seen, facts, request, own),
        FileContent::Broken { error, .. } if recognized.masked => {
            unrendered::not_at_all(recognized, error)
        }
        FileContent::Broken { error, whole } => {
            let whole = whole.as_ref().map(|whole| &whole.document);
            let judge = |document| judge_sound_parts(document, seen, facts, request, own, tree);
            let mut judgment = whole.map_or_else(RuleJudgment::default, judge);
            let fault = schema::syntax_finding(&recognized.text, error);
            judgment.findings.insert(0, fault);
            judgment
        }
        FileContent::Other { kind } => of_other(kind, seen, facts, request, own),
        FileContent::Encoded { place, logical } => encoded(seen, place, logical, request),
        FileContent::Unread(unchecked) => {
            let mut judgment = RuleJudgment::default();
            let is_listed = request.lists_unread(&seen.found.path);
            thanos_rule::of_command_line(unchecked, facts, is_listed, &mut judgment);
            judgment
        }
        // What was let go was read again before it came here.
        FileContent::LetGo { .. } | FileContent::Unknown => RuleJudgment::default(),
    };
    (judgment, None)
}

/// The configuration in a file without a judgment of it: what the rules that look at a whole tree
/// need.
pub(crate) fn configuration_of<'a>(
    seen: &'a ScannedFile,
    facts: &'a Facts<'a>,
    request: &Request,
    tree: &dyn Tree,
) -> Option<Configuration<'a>> {
    match &seen.recognized.what {
        FileContent::Configuration { document, .. } => {
            read(document, seen, facts, request, tree).configuration
        }
        _ => None,
    }
}

/// A configuration, and what it is judged for.
struct ReadConfiguration<'a> {
    target: TargetReleases,
    around: ConfigContext<'a>,
    /// The folder that relative paths in it start from, if it is a file of its own.
    folder: Option<&'a Path>,
    /// How it is known that something renders it, if its name does not tell.
    rendered: Option<RenderedConfiguration<'a>>,
    configuration: Option<Configuration<'a>>,
}

fn read<'a>(
    document: &'a Document,
    seen: &'a ScannedFile,
    facts: &'a Facts<'a>,
    request: &Request,
    tree: &dyn Tree,
) -> ReadConfiguration<'a> {
    let recognized = &seen.recognized;
    let holder = recognized.holder.as_ref();
    let folder = folder_of(seen, request, tree);
    let agent = agent::evidence(document, seen, facts);
    let path = document.text().path();
    let mut target = target_of(recognized, request, facts.policy(), path, agent);
    let any_word = target.template;
    let rendered = match any_word {
        true => None,
        false => rendered::evidence(document, seen, facts),
    };
    target.template |= rendered.is_some() || discover::is_for_collector(&seen.found.shown);
    let around = ConfigContext {
        folder,
        holder,
        templated: target.template,
        any_word,
    };
    ReadConfiguration {
        configuration: Configuration::new(document, around, facts),
        around,
        target,
        folder,
        rendered,
    }
}

/// Where vmagent is shown to read a configuration, or the file that is named for it.
fn read_by_vmagent(seen: &ScannedFile, facts: &Facts<'_>) -> Option<Place> {
    let recognized = &seen.recognized;
    let (path, holder) = (&seen.found.path, recognized.holder.as_ref());
    facts.scraped_by_vmagent(path, holder).or_else(|| {
        let is_named = recognized.spoken.is_none() && facts.is_named_for_vmagent(path, holder);
        is_named.then(|| Place::new(&recognized.text, Span::default()))
    })
}

/// What the rules, the schema and the custom rules say of a configuration and of what it includes, and the
/// configuration as it was meant where a key of it is misspelled.
fn of_configuration<'a>(
    read: &ReadConfiguration<'a>,
    document: &'a Document,
    seen: &'a ScannedFile,
    facts: &'a Facts<'a>,
    request: &Request,
    own: &CustomRules,
) -> (RuleJudgment, Option<Configuration<'a>>) {
    let recognized = &seen.recognized;
    let watch = &request.watch;
    let vmagent = read_by_vmagent(seen, facts);
    let is_lax = |spoken: &Arc<DialectWording>| !spoken.dialect.is_strict;
    let target = &TargetReleases {
        open: vmagent.is_some() || recognized.spoken.as_ref().is_some_and(is_lax),
        ..read.target.clone()
    };
    let mut schema = watch.schema(|| schema::check(document, target));
    // Rules judge a misspelled key as what it was meant to be, so that nothing that follows from it is
    // reported as well.
    let written = document;
    let document = seen.meant(written, &schema);
    let meant = match ptr::eq(document, written) {
        true => None,
        false => Configuration::new(document, read.around, facts),
    };
    let configuration = meant.as_ref().or(read.configuration.as_ref());
    let mut judgment = configuration.map_or_else(RuleJudgment::default, |configuration| {
        rules::judge(configuration, watch.rules())
    });
    if let Some(one) = configuration {
        let reader = reader_of(recognized, vmagent.is_some(), target.template);
        let relabel = rules::judge_relabel(one, target, reader, watch.rules());
        judgment.findings.extend(relabel.findings);
        judgment.unchecked.extend(relabel.unchecked);
    }
    match &vmagent {
        Some(place) => schema = vmagent::as_it_reads(schema, place),
        None => judgment
            .unchecked
            .extend(words_of_others(&mut schema, seen, facts)),
    }
    if target.versions.as_slice() == TargetReleases::default().versions {
        by_tag::put(&mut schema, written, target, seen, facts);
    }
    judgment.findings.extend(schema);
    drop_echoes(&mut judgment.findings);
    if let Some(one) = configuration {
        add_started(&mut judgment, one, seen, facts, target, watch);
    }
    placeholders::one_for_an_entry(&mut judgment.findings);
    edit::fix(written, &mut judgment.findings);
    if !ptr::eq(document, written) && !judgment.findings.is_empty() {
        // A value is secret by what its key was meant to be.
        schema::mark_secrets(document);
    }
    if !recognized.masked {
        if let Some(one) = configuration {
            custom_rules::add(&mut judgment, one, own, target.template);
        }
        let vmagent = vmagent.as_ref();
        add_included(&mut judgment, read, document, seen, facts, target, vmagent);
    }
    let rendered = read.rendered.as_ref();
    judgment
        .findings
        .extend(rendered.map(RenderedConfiguration::finding));
    (judgment, meant)
}

/// Takes out of what the schema says what may be meant for another program than Prometheus.
fn words_of_others(
    schema: &mut Vec<Finding>,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) -> Option<Unchecked> {
    let (path, holder) = (&seen.found.path, seen.recognized.holder.as_ref());
    let is_unread = || facts.runners(path, holder).is_empty();
    agent_fragment::put(schema, is_unread, facts);
    vmagent::own_words(schema, path, is_unread)
}

/// Adds what the programs that start with a configuration make of it: other releases, their flags and
/// their web configurations.
fn add_started(
    judgment: &mut RuleJudgment,
    configuration: &Configuration<'_>,
    seen: &ScannedFile,
    facts: &Facts<'_>,
    target: &TargetReleases,
    watch: &RunStats,
) {
    let recognized = &seen.recognized;
    let upgrade = rules::judge_upgrade(configuration, recognized, target, watch.rules());
    judgment.findings.extend(upgrade.findings);
    judgment.of_included.extend(upgrade.of_included);
    let start = rules::judge_start(configuration, target, watch.rules());
    judgment.findings.extend(start.findings);
    judgment.started.extend(start.started);
    let document = configuration.config.root().node().document();
    let holder = recognized.holder.as_ref();
    let web = web_file::of_runners(facts, document, &seen.found.path, holder);
    judgment.findings.extend(web);
}

/// Adds what is found in the files that a configuration includes, as its reader takes them: vmagent
/// where the tree shows that it reads the configuration.
fn add_included(
    judgment: &mut RuleJudgment,
    read: &ReadConfiguration<'_>,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
    target: &TargetReleases,
    vmagent: Option<&Place>,
) {
    let holder = seen.recognized.holder.as_ref();
    let mut included = match holder {
        Some(_) => facts.included_beside(document, &seen.recognized, target),
        None => facts.included(document, read.folder, target),
    };
    vmagent::set_lists_aside(&mut included, || match vmagent {
        Some(_) => None,
        None => facts.may_be_scraped_by_vmagent(&seen.found.path, holder),
    });
    match vmagent {
        Some(place) => {
            let found = vmagent::as_it_reads(included.findings, place);
            judgment.findings.extend(found);
            let with_section = vmagent::not_a_list(included.with_section, place);
            judgment.findings.extend(with_section);
            vmagent::put(&mut judgment.findings, document, place, target.template);
        }
        None => judgment.findings.extend(included.findings),
    }
    judgment.unchecked.extend(included.unchecked);
}

/// What is said of the whole parts of a configuration that does not parse.
fn judge_sound_parts<'a>(
    document: &'a Document,
    seen: &'a ScannedFile,
    facts: &'a Facts<'a>,
    request: &Request,
    own: &CustomRules,
    tree: &dyn Tree,
) -> RuleJudgment {
    let read = read(document, seen, facts, request, tree);
    let (mut judgment, _) = of_configuration(&read, document, seen, facts, request, own);
    as_test_data(&mut judgment, seen, facts);
    before_2::set_aside(&mut judgment, seen, facts);
    schema::mark_secrets(document);
    broken::without_what_rests_on_the_rest(judgment)
}

/// What is said of rules in a resource of another program.
fn of_rules(
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
    request: &Request,
    own: &CustomRules,
) -> RuleJudgment {
    let path = document.text().path();
    let target = target_of(&seen.recognized, request, facts.policy(), path, None);
    let checked = rule_file::check(document, &target, None);
    let mut judgment = custom_rules::of_groups(document, &seen.found, facts, own);
    judgment.findings.extend(checked.findings);
    let unmet = facts.unmet_where_operated(&checked.needs);
    judgment.findings.extend(unmet);
    foreign::set_metricsql_aside(&mut judgment, facts);
    of_older_release(&mut judgment, document, &target, facts);
    as_spoken(&mut judgment, document, seen, facts);
    judgment
}

/// Makes warnings of expressions that the Prometheus of the tree evaluates, while a newer Operator
/// may leave them out: it parses them as its own release of Prometheus does (`pkg/operator/rules.go`).
fn of_older_release(
    judgment: &mut RuleJudgment,
    document: &Document,
    target: &TargetReleases,
    facts: &Facts<'_>,
) {
    let is_promql = |finding: &Finding| finding.rule == rule::FILES_PROMQL;
    if !judgment.findings.iter().any(is_promql) {
        return;
    }
    let old = facts.oldest_operated().filter(|release| *release < (3, 0));
    let old = old.and_then(|(major, minor)| Version::parse(&format!("{major}.{minor}")).ok());
    let Some(old) = old else { return };
    let target = TargetReleases {
        template: target.template,
        ..TargetReleases::of_all(vec![old])
    };
    let there = rule_file::check(document, &target, None).findings;
    let is_there = |finding: &Finding| {
        let mut there = there.iter();
        there.any(|other| is_promql(other) && other.place.span() == finding.place.span())
    };
    for finding in judgment.findings.iter_mut().filter(|it| is_promql(it)) {
        if !is_there(finding) {
            finding.severity = finding.severity.min(Severity::Warning);
        }
    }
}

/// Puts a judgment into the words and places of the dialect that the file is written in.
fn as_spoken(
    judgment: &mut RuleJudgment,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    let recognized = &seen.recognized;
    if let Some(spoken) = &recognized.spoken {
        let holder = recognized.holder.as_ref();
        foreign::put(spoken, holder, document, facts, judgment);
        patched::set_aside(judgment, seen, facts);
    }
}

/// How relabel rules come to Prometheus.
fn reader_of(recognized: &RecognizedFile, vmagent: bool, template: bool) -> LoadedBy {
    let dialect = recognized.spoken.as_ref().map(|spoken| spoken.dialect.word);
    LoadedBy {
        vmagent,
        generated: dialect.is_some_and(|word| word != SENDERS.word),
        doubles_dollars: dialect.is_some() || template || recognized.holder.is_some(),
        template,
        incomplete: recognized.masked,
    }
}

/// Takes out the warnings that a finding about the same key makes redundant, as the page of its rule says.
fn drop_echoes(findings: &mut Vec<Finding>) {
    let mut echoes: HashMap<String, Vec<&str>> = HashMap::new();
    for said in findings.iter() {
        if let Some(page) = rules::find(&said.rule).filter(|page| !page.echoes.is_empty()) {
            let of_key = echoes.entry(said.logical.clone()).or_default();
            of_key.extend(page.echoes);
        }
    }
    let said = |key: &str| echoes.get(key).map_or(&[][..], Vec::as_slice);
    let is_echo = |warning: &Finding| said(&warning.logical).contains(&&*warning.rule);
    findings.retain(|finding| finding.severity != Severity::Warning || !is_echo(finding));
}

/// What a configuration is judged for. What was asked for wins over the policy. That discovery
/// took a file for an agent's does not count here: it does so only where nothing is in it that
/// agents reject.
fn target_of(
    recognized: &RecognizedFile,
    request: &Request,
    policy: &Policy,
    path: &str,
    agent: Option<Place>,
) -> TargetReleases {
    let mut versions = request.versions.clone();
    if versions.is_empty() {
        versions.extend(policy.releases_of(path).iter().map(|(version, _)| *version));
    }
    let word = recognized.holder.as_ref().map(EmbeddedIn::word);
    let spoken = recognized.spoken.as_ref();
    let stated = spoken.and_then(|spoken| spoken.release.as_deref());
    if versions.is_empty() {
        versions.extend(stated.and_then(|text| Version::parse(text).ok()));
    }
    if word == Some(AGENT) && versions.is_empty() {
        versions.extend(Version::parse(foreign::OF_AGENT).ok());
    }
    TargetReleases {
        agent: request.agent || agent.is_some(),
        started_as_agent: agent,
        template: recognized.template.is_some(),
        ..TargetReleases::of_all(versions)
    }
}

/// The folder that relative paths of a configuration count from; none for one that another file
/// holds, and for standard input that was given no name.
pub(super) fn folder_of<'a>(
    seen: &'a ScannedFile,
    request: &Request,
    tree: &dyn Tree,
) -> Option<&'a Path> {
    let found = &seen.found;
    let nameless = request
        .nameless
        .as_ref()
        .is_some_and(|path| tree.absolute(path) == found.path);
    if nameless || seen.recognized.holder.is_some() {
        None
    } else {
        found.path.parent()
    }
}
