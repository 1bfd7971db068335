//! `promvet explain` and `promvet rules`.

use std::io::{self, Write};

use serde::Serialize;

use super::args::ListFormat;
use super::check::report_policy_error;
use super::{Exit, key};
use crate::facts::receiver::Catalog;
use crate::finding::{Severity, nearest};
use crate::report::{JSON_VERSION, harmless_line, harmless_lines};
use crate::rules;
use crate::rules::custom::CustomRules;
use crate::run::policies;
use crate::schema::{self, dialect};
use crate::source::Folder;

/// Prints the page of a rule, of a receiver (`receiver:mimir`), or of a key
/// (`remote_write.queue_config.max_shards`, `Prometheus.spec.remoteWrite.url`).
pub(super) fn explain(name: &str, out: &mut dyn Write) -> io::Result<Exit> {
    if let Some(id) = name.strip_prefix("receiver:") {
        return receiver(id, out);
    }
    if let Some(page) = rules::find(name) {
        writeln!(
            out,
            "{} ({}, {}, since {})\n",
            page.name,
            page.severity.word(),
            page.status.word(),
            page.since
        )?;
        writeln!(out, "{}", page.body().trim_end())?;
        return Ok(Exit::Clean);
    }
    let own = custom_rules();
    if let Some(rule) = own.find(name) {
        let page = format!(
            "{} ({})\n\n{}",
            rule.name,
            rule.severity.word(),
            rule.body()
        );
        writeln!(out, "{}", harmless_lines(page.trim_end()))?;
        return Ok(Exit::Clean);
    }
    let group: Vec<_> = rules::all()
        .iter()
        .filter(|page| page.group() == name)
        .map(row)
        .chain(own_rows(&own).filter(|(rule, ..)| rule.split('/').next() == Some(name)))
        .collect();
    if !group.is_empty() {
        list(&group, out)?;
        return Ok(Exit::Clean);
    }
    if key::explained(name, out)? {
        return Ok(Exit::Clean);
    }
    let (kind, near) = if name.contains('/') {
        ("rule", rules::nearest_name(name).map(str::to_owned))
    } else if name.contains('.') {
        let near = dialect::nearest_key(name);
        ("key", near.or_else(|| schema::suggest(name)))
    } else {
        let rule = || rules::nearest_name(name).map(str::to_owned);
        let catalog = Catalog::default();
        let same = catalog.get(name).map(|profile| receiver_name(&profile.id));
        let similar = || {
            let ids = catalog.profiles().map(|profile| &*profile.id);
            nearest(name, ids).map(receiver_name)
        };
        let near = same
            .or_else(|| receivers_like(name, &catalog))
            .or_else(|| schema::suggest(name))
            .or_else(rule);
        ("rule, group or key", near.or_else(similar))
    };
    let near = match (near, name.split_once('/')) {
        (Some(near), _) if !name.starts_with(&format!("{near}/")) => {
            format!("did you mean {near}?")
        }
        (_, Some((group, _))) if rules::all().iter().any(|page| page.group() == group) => {
            format!("`promvet explain {group}` lists the group")
        }
        _ => "`promvet rules` lists all rules".into(),
    };
    super::complain(&format!("unknown {kind} `{name}`; {near}"));
    Ok(Exit::Failed)
}

/// Receivers whose id or name holds a word, such as `thanos` or `aws`: vendors have several.
fn receivers_like(word: &str, catalog: &Catalog) -> Option<String> {
    /// Shorter words are in too many names.
    const SHORTEST: usize = 3;
    /// More would not be a hint.
    const MOST: usize = 4;
    let plain = |text: &str| text.to_lowercase().replace([' ', '_'], "-");
    let word = plain(word);
    let found: Vec<_> = catalog
        .profiles()
        .filter(|profile| profile.id.contains(&word) || plain(&profile.name).contains(&word))
        .map(|profile| receiver_name(&profile.id))
        .take(MOST)
        .collect();
    (word.len() >= SHORTEST && !found.is_empty()).then(|| found.join(" or "))
}

fn receiver_name(id: &str) -> String {
    format!("receiver:{id}")
}

fn receiver(id: &str, out: &mut dyn Write) -> io::Result<Exit> {
    let catalog = Catalog::default();
    if let Some(profile) = catalog.get(id) {
        writeln!(out, "{}", catalog.page(profile).trim_end())?;
        return Ok(Exit::Clean);
    }
    let ids = || catalog.profiles().map(|profile| &*profile.id);
    let near = nearest(id, ids()).map_or_else(
        || format!("known: {}", ids().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean {}?", receiver_name(near)),
    );
    super::complain(&format!("unknown receiver `{id}`; {near}"));
    Ok(Exit::Failed)
}

/// The rules of this repository's own. What is wrong with them is said, and is not a reason not to
/// explain others.
pub(super) fn custom_rules() -> CustomRules {
    let Ok(tree) = Folder::here() else {
        return CustomRules::default();
    };
    policies::custom_rules_here(&tree).unwrap_or_else(|errors| {
        errors.iter().for_each(report_policy_error);
        CustomRules::default()
    })
}

/// A rule as JSON has it.
#[derive(Serialize)]
struct JsonRule<'r> {
    name: &'r str,
    group: &'r str,
    title: &'r str,
    severity: &'static str,
    status: &'r str,
    since: Option<&'r str>,
    fixable: bool,
}

fn json_rules(own: &CustomRules, out: &mut dyn Write) -> io::Result<Exit> {
    let built_in = rules::all().iter().map(|page| JsonRule {
        name: page.name,
        group: page.group(),
        title: page.title,
        severity: page.severity.word(),
        status: page.status.word(),
        since: Some(page.since),
        fixable: page.fixable,
    });
    let own = own.all().iter().map(|rule| JsonRule {
        name: &rule.name,
        group: rule.name.split('/').next().unwrap_or_default(),
        title: &rule.title,
        severity: rule.severity.word(),
        status: CUSTOM,
        since: None,
        fixable: false,
    });
    let all: Vec<_> = built_in.chain(own).collect();
    let all = serde_json::json!({ "version": JSON_VERSION, "rules": all });
    serde_json::to_writer_pretty(&mut *out, &all).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(Exit::Clean)
}

/// Lists all rules, those of this repository's own last.
pub(super) fn rules(format: ListFormat, out: &mut dyn Write) -> io::Result<Exit> {
    let own = custom_rules();
    if format == ListFormat::Json {
        return json_rules(&own, out);
    }
    let rows: Vec<_> = rules::all().iter().map(row).chain(own_rows(&own)).collect();
    list(&rows, out)?;
    Ok(Exit::Clean)
}

fn row<'r>(page: &'static rules::RulePage) -> RuleRow<'r> {
    let status = page.status.word();
    (page.name, page.severity, status, page.since, page.title)
}

fn own_rows(rules: &CustomRules) -> impl Iterator<Item = RuleRow<'_>> {
    let rules = rules.all().iter();
    rules.map(|rule| (&*rule.name, rule.severity, CUSTOM, "", &*rule.title))
}

/// What is in place of a status for custom rules.
const CUSTOM: &str = "custom";

/// A rule: its name, severity, status, the release that brought it, its title.
type RuleRow<'r> = (&'r str, Severity, &'r str, &'r str, &'r str);

fn list(rows: &[RuleRow<'_>], out: &mut dyn Write) -> io::Result<()> {
    let width = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    for (name, severity, status, since, title) in rows {
        let severity = severity.word();
        let row = format!("{name:width$}  {severity:7}  {status:10}  {since:7}  {title}");
        writeln!(out, "{}", harmless_line(&row))?;
    }
    Ok(())
}
