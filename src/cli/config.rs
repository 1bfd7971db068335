//! `promvet config PATH`: what applies to a file, and which line of policy says so.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::args::{ConfigArgs, ListFormat, PathArgs};
use super::check::{prepare, report_policy_error};
use super::{Exit, complain};
use crate::discover::FileContent;
use crate::facts::Facts;
use crate::finding::Place;
use crate::policy::{Glob, MountedFrom, Policy};
use crate::prometheus::Config;
use crate::rules;
use crate::run::Run;
use crate::run::facts::all_facts;
use crate::run::policies::{Policies, PolicyScope};
use crate::run::survey::{ScannedFile, survey};
use crate::run::uses::{external_labels, id};

/// The version of what `--format json` prints. Keys may be added within a version.
const VERSION: u32 = 1;

/// Everything that applies to a file.
#[derive(Debug, Serialize)]
struct ConfigReport<'a> {
    version: u32,
    path: &'a str,
    /// The policy files, the nearest first.
    policies: Vec<&'a str>,
    settings: Vec<AppliedSetting>,
}

/// One thing that applies.
#[derive(Debug, Serialize)]
struct AppliedSetting {
    key: &'static str,
    value: String,
    /// The policy file that says so, and where in it, from 1.
    path: String,
    line: usize,
    column: usize,
}

/// Shows what applies.
pub(super) fn config(args: &ConfigArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (tree, request) = prepare(&PathArgs {
        paths: vec![args.path.clone()],
        config: args.config.clone(),
        ..PathArgs::default()
    })?;
    let mut run = Run::default();
    let done = survey(&request, &*tree, &mut run);
    run.problems.iter().for_each(|problem| complain(problem));
    run.policy_errors.iter().for_each(report_policy_error);
    let Some((survey, policies)) = done.filter(|_| run.problems.is_empty()) else {
        return Ok(Exit::Failed);
    };
    let (Some(seen), Some(scope)) = (
        survey.seen.iter().find(|seen| seen.found.named),
        survey
            .seen
            .first()
            .and_then(|seen| policies.of(&seen.found)),
    ) else {
        complain("`promvet config` takes one file; name one");
        return Ok(Exit::Failed);
    };
    let path = tree.shown(&seen.found.path);
    let mut settings = settings(&scope.policy, &path, seen);
    let facts = all_facts(&request, &survey, &policies, &*tree);
    let facts = facts.get(&policies.scope_of(&seen.found));
    settings.extend(facts.map(|facts| images(facts, seen)).unwrap_or_default());
    let report = ConfigReport {
        version: VERSION,
        path: &path,
        policies: files(scope, &policies),
        settings,
    };
    match args.format {
        ListFormat::Human => human(&report, out)?,
        ListFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
    }
    Ok(Exit::Clean)
}

fn files<'p>(scope: &PolicyScope, policies: &'p Policies) -> Vec<&'p str> {
    let layers = scope
        .chain
        .iter()
        .filter_map(|number| policies.layers().get(*number));
    layers.map(|layer| &*layer.shown).collect()
}

fn human(report: &ConfigReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", report.path)?;
    match report.policies.as_slice() {
        [] => writeln!(out, "  no promvet.yaml applies; `promvet init` writes one")?,
        policies => writeln!(out, "  policy: {}\n", policies.join(", then "))?,
    }
    let width =
        |text: fn(&AppliedSetting) -> usize| report.settings.iter().map(text).max().unwrap_or(0);
    let key = width(|setting| setting.key.len());
    let value = width(|setting| setting.value.chars().count());
    for one in &report.settings {
        writeln!(
            out,
            "  {:key$}  {:value$}  {}:{}",
            one.key, one.value, one.path, one.line
        )?;
    }
    Ok(())
}

fn setting(key: &'static str, value: impl Into<String>, place: &Place) -> AppliedSetting {
    let start = place.start();
    AppliedSetting {
        key,
        value: value.into(),
        path: place.path().to_string(),
        line: start.line,
        column: start.column,
    }
}

fn patterns(globs: &[Glob]) -> String {
    let shown = |glob: &Glob| glob.place.redact(glob.pattern.clone());
    let patterns: Vec<_> = globs.iter().map(shown).collect();
    patterns.join(" ")
}

/// What a policy says of a file, in the order of the sections.
fn settings(policy: &Policy, path: &str, seen: &ScannedFile) -> Vec<AppliedSetting> {
    let mut out = Vec::new();
    let requires = policy.requires.iter();
    out.extend(
        requires.map(|requirement| setting("requires", &requirement.written, &requirement.place)),
    );
    let versions = policy.releases_of(path).iter();
    out.extend(versions.map(|(version, place)| setting("prometheus", version.to_string(), place)));
    let profile = policy.profile.iter();
    out.extend(profile.map(|(one, place)| setting("profile", one.word(), place)));
    out.extend(levels(policy, path));
    if let Some(place) = policy.excludes(path) {
        out.push(setting("not checked", "unless it is named", place));
    }
    if let FileContent::Configuration { document, .. } = &seen.recognized.what
        && let Some(config) = Config::new(document)
        && let Some(environment) = policy.environment_of(path, &external_labels(config))
    {
        out.push(setting(
            "environment",
            &environment.name,
            &environment.place,
        ));
    }
    out.extend(policy.mounts.iter().map(|policy| {
        let from = match &policy.from {
            MountedFrom::Tree(from) => format!("{} from {from}", policy.path),
            MountedFrom::External(_) => format!("{} from outside", policy.path),
        };
        setting("mount", from, &policy.place)
    }));
    let user = policy.runtime_user.iter();
    out.extend(user.map(|user| {
        setting(
            "runtime_user",
            format!("{}:{}", user.uid, user.gid),
            &user.place,
        )
    }));
    out.extend(policy.issuers.iter().map(|policy| {
        let value = format!("{} for {}", policy.issuer.word(), patterns(&policy.hosts));
        setting("issuer", value, &policy.place)
    }));
    out.extend(receivers(policy));
    out.extend(policy.instances.iter().map(|instance| {
        setting(
            "opstrace",
            format!("{} in {}", instance.name, instance.file),
            &instance.place,
        )
    }));
    let domains = policy.opstrace_domains.iter();
    out.extend(domains.map(|(domain, place)| setting("opstrace", domain, place)));
    let template = policy.templates.iter().find(|glob| glob.matches(path));
    out.extend(template.map(|glob| setting("template", &glob.pattern, &glob.place)));
    out
}

/// The releases of Prometheus by the tags of the images that run a file. Rules about what is started go
/// by them; they are not targets.
fn images(facts: &Facts<'_>, seen: &ScannedFile) -> Vec<AppliedSetting> {
    let runners = facts.runners(&seen.found.path, seen.recognized.holder.as_ref());
    let mut known = BTreeSet::new();
    let mut out = Vec::new();
    for runner in &runners {
        let deployment = runner.deployment;
        let images = deployment.base.iter().chain(&deployment.image);
        let image = images.filter_map(|image| Some((image.version()?, &image.place)));
        for (version, place) in image {
            if known.insert((place.path().to_string(), place.span().start)) {
                out.push(setting("image", version, place));
            }
        }
    }
    out
}

fn receivers(policy: &Policy) -> impl Iterator<Item = AppliedSetting> {
    let own = policy
        .receivers
        .iter()
        .map(|profile| setting("receiver", id(profile), &profile.place));
    let hosts = policy.receiver_hosts.iter().map(|policy| {
        let value = format!("{} for {}", policy.receiver, patterns(&policy.hosts));
        setting("receiver", value, &policy.place)
    });
    own.chain(hosts)
}

/// The levels that decide for at least one rule.
fn levels(policy: &Policy, path: &str) -> Vec<AppliedSetting> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for page in rules::all() {
        let Some(level) = policy.level_of(page.name, path) else {
            continue;
        };
        if seen.insert((level.place.path().to_string(), level.place.span().start)) {
            let value = format!("{}: {}", level.name, level.level);
            out.push(setting("rule", value, &level.place));
        }
    }
    out
}
