//! `__meta_` labels that no service discovery of the job sets.

use crate::finding::{Advice, Severity, nearest};
use crate::prometheus::{Effect, MetaLabel, RelabelRule, RuleOutcome, lists_of, setters};
use crate::rules::relabel::{RelabelList, dropped};
use crate::rules::{RuleFindings, advice};
use crate::schema::Version;

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    for (rule, step) in list.steps() {
        // A list that several jobs have reads what only some of their discoveries set.
        if list.shared && step.effect != Effect::DropsAll {
            continue;
        }
        sources(list, rule, step, out);
        mapped(list, rule, step, out);
    }
}

fn sources(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    step: &RuleOutcome,
    out: &mut RuleFindings<'_>,
) {
    if list.discovered.open {
        return;
    }
    for (at, node) in rule.source_nodes().enumerate() {
        let Some(label) = node.as_str().filter(|label| list.is_of_discovery(label)) else {
            continue;
        };
        let odd = odd_character(label);
        if odd.is_none() && (!step.absent.contains(&at) || fills_in(rule)) {
            continue;
        }
        let (what, help) = match odd {
            Some(odd) => of_odd_name(label, odd),
            None => of_unset(list, label),
        };
        let message = format!("{what}{}", effect(list, step));
        let mut finding = out.at(node, Severity::Warning, message).kind("source");
        if let Some(Help { right, text }) = help {
            finding = finding.help(match right {
                Some(right) if odd.is_some() => advice::value(node, &right, &text).safe(),
                Some(right) => advice::value(node, &right, &text).unsafe_(),
                None => text.into(),
            });
        }
        out.push(finding);
        return;
    }
}

/// What to do about a label.
struct Help {
    /// The label that is meant.
    right: Option<String>,
    text: String,
}

impl Help {
    fn say(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { right: None, text }
    }

    fn write(right: impl Into<String>) -> Self {
        let right = right.into();
        Self {
            text: format!("write `{right}`"),
            right: Some(right),
        }
    }
}

/// A sign that no name of a discovered label has (`strutil.SanitizeLabelName`).
fn odd_character(label: &str) -> Option<char> {
    label
        .chars()
        .find(|sign| !(sign.is_ascii_alphanumeric() || *sign == '_'))
}

fn of_odd_name(label: &str, odd: char) -> (String, Option<Help>) {
    let what = format!("no discovery sets `{label}`: names of its labels have no `{odd}`");
    if odd == '*' {
        let help = "use `action: labelmap`, which copies labels by a pattern, or name one label";
        return (what, Some(Help::say(help)));
    }
    let sanitized = label
        .chars()
        .map(|sign| match sign.is_ascii_alphanumeric() {
            true => sign,
            false => '_',
        });
    (what, Some(Help::write(sanitized.collect::<String>())))
}

/// Whether a rule sets a label where another one is absent.
fn fills_in(rule: &RelabelRule<'_>) -> bool {
    let pattern = rule.pattern();
    let empty = rule.separator.repeat(rule.sources.len().saturating_sub(1));
    pattern.is_some_and(|pattern| !pattern.matches_all() && pattern.matches(&empty))
}

/// Why a label is not set, and what to do.
fn of_unset(list: &RelabelList<'_, '_>, label: &str) -> (String, Option<Help>) {
    let setters = setters(label);
    let kinds = &list.discovered.kinds;
    let own = |row: &&&MetaLabel| {
        kinds
            .iter()
            .any(|(discovery, _)| *discovery == row.discovery)
    };
    let of_role = |row: &&&MetaLabel| {
        kinds.iter().any(|(discovery, roles)| {
            *discovery == row.discovery && (row.role.is_empty() || roles.contains(&row.role))
        })
    };
    if let Some(row) = setters.iter().find(|row| of_role(row)) {
        return of_condition(list.releases, row, label);
    }
    if let Some(row) = setters.iter().find(own) {
        let mut roles: Vec<_> = setters.iter().filter(own).map(|row| row.role).collect();
        roles.dedup();
        let (noun, roles) = match roles.as_slice() {
            [only] => ("role", format!("`{only}`")),
            roles => ("roles", format!("`{}`", roles.join("`, `"))),
        };
        let what = format!(
            "`{label}` is set only for the {noun} {roles} of `{}`",
            row.discovery
        );
        let help = match near(list, label) {
            Some(near) => Help {
                text: format!("write `{near}`, or change the role"),
                right: Some(near),
            },
            None => Help::say("change the role, or read another label"),
        };
        return (what, Some(help));
    }
    if let Some(row) = setters.first() {
        let what = format!(
            "`{label}` is set by `{}`, which this job lacks",
            row.discovery
        );
        let help = "read a label that the discovery of this job sets";
        return (what, Some(Help::say(help)));
    }
    let what = format!("no service discovery of this job sets `{label}`");
    let help = near(list, label).map(Help::write);
    let other = "read a label that the discovery of this job sets, or remove the rule";
    (what, help.or(Some(Help::say(other))))
}

/// A label that is set in other releases, or under a condition.
fn of_condition(releases: &[Version], row: &MetaLabel, label: &str) -> (String, Option<Help>) {
    let release = releases.iter().max().copied().unwrap_or(Version::NEWEST);
    if release < row.since {
        let what = format!(
            "`{label}` is set only by Prometheus {} and newer",
            row.since.minor_name()
        );
        return (what, None);
    }
    if let Some(removed) = row.removed.filter(|removed| *removed <= release) {
        let what = format!(
            "Prometheus {} and newer do not set `{label}`",
            removed.minor_name()
        );
        return (what, None);
    }
    match row.attach {
        Some(key) => (
            format!("`{label}` is set only with `attach_metadata.{key}`"),
            Some(Help::say(format!(
                "add `attach_metadata: {{{key}: true}}` to `{}`",
                row.discovery
            ))),
        ),
        None => (format!("`{label}` is not set here"), None),
    }
}

/// The label that was meant, if one is near: by its letters, or with a word too many. None if several
/// begin with it and go on: `…_container_port` for `…_container_port_name` or `…_port_number`.
fn near(list: &RelabelList<'_, '_>, label: &str) -> Option<String> {
    let names: Vec<_> = lists_of(&list.discovered).collect();
    let exact: Vec<_> = names
        .iter()
        .filter(|name| !name.ends_with('_'))
        .copied()
        .collect();
    let words: Vec<_> = label.split('_').collect();
    let shorter = (0..words.len()).find_map(|at| {
        let kept = words.iter().enumerate().filter(|(index, _)| *index != at);
        let text = kept.map(|(_, word)| *word).collect::<Vec<_>>().join("_");
        exact.iter().find(|name| **name == text)
    });
    if let Some(name) = shorter {
        return Some((*name).to_owned());
    }
    let longer = |name: &&&str| {
        name.strip_prefix(label)
            .is_some_and(|rest| rest.starts_with('_'))
    };
    let mut longer = exact.iter().filter(longer);
    if let Some(name) = longer.next() {
        return longer.next().is_none().then(|| (*name).to_owned());
    }
    // `__meta_ec2_tags_Name` for `__meta_ec2_tag_Name`.
    let start = names
        .iter()
        .filter(|name| name.ends_with('_'))
        .find_map(|name| {
            let plural = format!("{}s_", name.trim_end_matches('_'));
            let rest = label.strip_prefix(&plural)?;
            Some(format!("{name}{rest}"))
        });
    start.or_else(|| of_other_role(label, &exact)).or_else(|| {
        let near = nearest(label, exact)?;
        (strsim::osa_distance(label, near) <= MOST_EDITS).then(|| near.to_owned())
    })
}

/// The edits that make a slip: names of these labels share most of their letters.
const MOST_EDITS: usize = 2;

/// The label of the same meaning for another role: `…_endpointslice_port_name` for
/// `…_endpoint_port_name`.
fn of_other_role(label: &str, names: &[&str]) -> Option<String> {
    let words: Vec<_> = label.split('_').collect();
    let is_same = |name: &&&str| {
        let others: Vec<_> = name.split('_').collect();
        let mut differ = words
            .iter()
            .zip(&others)
            .filter(|(one, other)| one != other);
        let first = differ.next();
        others.len() == words.len()
            && differ.next().is_none()
            && first.is_some_and(|(one, other)| other.starts_with(one) || one.starts_with(other))
    };
    let mut found = names.iter().filter(is_same);
    let name = found.next()?;
    found.next().is_none().then(|| (*name).to_owned())
}

fn effect(list: &RelabelList<'_, '_>, step: &RuleOutcome) -> String {
    match step.effect {
        Effect::DropsAll => format!(": this rule drops {}", dropped(list.stage)),
        Effect::DropsNothing => ": this rule drops nothing".to_owned(),
        Effect::SetsNothing => ": this rule never sets its label".to_owned(),
        Effect::KeepsAll | Effect::Other => String::new(),
    }
}

/// `labelmap` for labels that no discovery sets.
fn mapped(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    step: &RuleOutcome,
    out: &mut RuleFindings<'_>,
) {
    if rule.action != "labelmap" || !step.names_nothing || list.discovered.open {
        return;
    }
    let beginnings = rule.pattern().and_then(|pattern| pattern.beginnings());
    let Some(beginnings) = beginnings.filter(|found| !found.is_empty()) else {
        return;
    };
    if !beginnings.iter().all(|start| list.is_of_discovery(start)) {
        return;
    }
    let message = "this rule copies nothing: no service discovery of this job sets such labels";
    let families = lists_of(&list.discovered).filter(|name| name.ends_with('_'));
    let start = beginnings.first().map_or("", String::as_str);
    let mut finding = out
        .at(rule.place(), Severity::Warning, message)
        .kind("mapped");
    if let Some(near) = nearest(start, families) {
        finding = finding.help(Advice::write(format!("write `{near}(.+)`")));
    }
    out.push(finding);
}
