//! What differs, as what a report says of it.

use std::collections::HashMap;

use super::difference::{Leaf, ShownSide};
use super::subject::ComparedPart;
use super::unit::ComparedUnit;
use super::value::ComparedValue;
use crate::facts::receiver::names_tenant;
use crate::finding::{Place, Redacted};
use crate::report::comparison::{Aspect, ChangeKind, EffectiveChange, SubjectKind};
use crate::run::defaults::{self, HTTP2_OF_REMOTE_WRITE};
use crate::run::why::plain;
use crate::schema;

/// What happens in several configurations that load the same file is reported once.
pub(super) fn each_once(changes: Vec<EffectiveChange>) -> Vec<EffectiveChange> {
    type ChangeKey = (
        Option<String>,
        Option<String>,
        SubjectKind,
        String,
        String,
        Option<String>,
    );
    let mut numbers: HashMap<ChangeKey, usize> = HashMap::new();
    let mut out: Vec<EffectiveChange> = Vec::new();
    for change in changes {
        let spot = |place: &Option<Place>| place.as_ref().map(|place| format!("{place:?}"));
        let texts = format!("{:?} {:?} {:?}", change.old, change.new, change.when);
        let key = (
            spot(&change.old_place),
            spot(&change.new_place),
            change.kind,
            change.name.clone(),
            format!("{} {:?}", change.key, change.action),
            Some(texts),
        );
        let known = numbers.get(&key).and_then(|number| out.get_mut(*number));
        match known.filter(|known| known.configuration != change.configuration) {
            Some(known) => {
                if !known.also_in.contains(&change.configuration) {
                    known.also_in.push(change.configuration);
                }
            }
            None => {
                numbers.insert(key, out.len());
                out.push(change);
            }
        }
    }
    out
}

/// A part that is on one side only.
pub(super) fn whole(
    action: ChangeKind,
    unit: &ComparedUnit<'_>,
    subject: &ComparedPart<'_>,
) -> EffectiveChange {
    let summary = Some(subject.summary()).filter(|text| !text.is_empty());
    let place = Some(subject.place.clone());
    let is_old = action == ChangeKind::Removed;
    EffectiveChange {
        action,
        aspect: aspect(subject.kind, ""),
        configuration: unit.shown.clone(),
        also_in: Vec::new(),
        kind: subject.kind,
        name: named(subject),
        key: String::new(),
        old: summary.clone().filter(|_| is_old),
        new: summary.filter(|_| !is_old),
        secret: false,
        when: None,
        applies_to: Vec::new(),
        old_place: place.clone().filter(|_| is_old),
        new_place: place.filter(|_| !is_old),
    }
}

/// A URL without its user and its query.
pub(super) fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => url.to_owned(),
    }
}

/// The name of a part, or the host that an endpoint without a name leads to.
pub(super) fn named(subject: &ComparedPart<'_>) -> String {
    if !subject.name.is_empty() {
        return subject.name.clone();
    }
    let Some(ComparedValue::Scalar(url)) = subject.fields.get("url") else {
        return String::new();
    };
    let rest = url
        .shown
        .split_once("://")
        .map_or(&*url.shown, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host.to_owned()
}

/// A setting of a part that differs.
pub(super) fn change(
    unit: &ComparedUnit<'_>,
    subject: &ComparedPart<'_>,
    leaf: Leaf,
) -> EffectiveChange {
    let default = default(unit, subject, &leaf.key);
    let default = default.filter(|_| leaf.when.is_none()).map(str::to_owned);
    let action = match (&leaf.old, &leaf.new) {
        (Some(_), Some(_)) => ChangeKind::Changed,
        _ if default.is_some() => ChangeKind::Changed,
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
    };
    let masked = |side: &Option<ShownSide>| {
        let side = side.as_ref()?;
        Some(Redacted::sentence(&side.place, side.text.clone()?).to_string())
    };
    let (old, new) = (masked(&leaf.old), masked(&leaf.new));
    let is_hidden = |side: &Option<ShownSide>| side.as_ref().is_some_and(|it| it.text.is_none());
    // Two texts that differ and look alike differ in what is masked.
    let secret = is_hidden(&leaf.old)
        || is_hidden(&leaf.new)
        || (old == new && action == ChangeKind::Changed);
    let or_default = |shown: Option<String>, side: &Option<ShownSide>| match side {
        Some(_) => shown,
        None => default.clone(),
    };
    let (old, new) = (or_default(old, &leaf.old), or_default(new, &leaf.new));
    let place = |side: Option<ShownSide>| side.map(|it| it.place);
    EffectiveChange {
        action,
        aspect: aspect(subject.kind, &leaf.key),
        configuration: unit.shown.clone(),
        also_in: Vec::new(),
        kind: subject.kind,
        name: named(subject),
        key: unit.spelled(&leaf.key),
        old: old.filter(|_| !secret),
        new: new.filter(|_| !secret),
        secret,
        when: leaf.when,
        applies_to: Vec::new(),
        old_place: place(leaf.old),
        new_place: place(leaf.new),
    }
}

/// What a key of a part is where it is not set.
fn default(unit: &ComparedUnit<'_>, subject: &ComparedPart<'_>, key: &str) -> Option<&'static str> {
    let path = match subject.kind {
        SubjectKind::Group | SubjectKind::Rule => return None,
        SubjectKind::Configuration => key.to_owned(),
        kind => format!("{}.{key}", kind.key()),
    };
    let path = plain(&path);
    let (http2, off) = HTTP2_OF_REMOTE_WRITE;
    if path == http2 {
        return Some(off);
    }
    let own = defaults::of_program(unit.spoken, &path).map(|(value, _)| value);
    own.or_else(|| schema::default_of(&path))
}

/// Sections and keys of credentials.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "azuread",
    "basic_auth",
    "google_iam",
    "oauth2",
    "sigv4",
];

/// Keys of the Operator's endpoints by which it finds what is scraped.
const SELECTED_BY: &[&str] = &["port", "portNumber", "targetPort"];

/// Keys by which components are connected, and what they find.
const WIRED: &[(&str, Aspect)] = &[
    ("discovery", Aspect::Targets),
    ("targets", Aspect::Targets),
    ("receivers", Aspect::Targets),
    ("forward_to", Aspect::Endpoint),
    ("exporters", Aspect::Endpoint),
];

/// What a key of a part is about.
fn aspect(kind: SubjectKind, key: &str) -> Aspect {
    let parts: Vec<&str> = key.split(['.', '[', ']']).collect();
    let last = parts.iter().rev().find(|part| !part.is_empty()).copied();
    let last = last.unwrap_or("");
    let has = |names: &[&str]| parts.iter().any(|part| names.contains(part));
    if has(&["tls_config", "scheme", "min_version", "max_version"]) {
        Aspect::Tls
    } else if has(CREDENTIALS) {
        Aspect::Credentials
    } else if has(&["headers", "http_headers"]) && parts.iter().any(|part| names_tenant(part)) {
        Aspect::Tenant
    } else if has(&["external_labels"]) {
        Aspect::ExternalLabels
    } else if last.ends_with("elector") || SELECTED_BY.contains(&last) {
        Aspect::Targets
    } else if last.ends_with("relabel_configs") {
        Aspect::Relabeling
    } else if matches!(kind, SubjectKind::Group | SubjectKind::Rule) {
        Aspect::Rules
    } else if kind == SubjectKind::Configuration
        && let Some((_, aspect)) = WIRED.iter().find(|(name, _)| has(&[name]))
    {
        *aspect
    } else if parts.first() == Some(&"targets")
        || parts.iter().any(|it| it.ends_with("_sd_configs"))
    {
        match kind {
            SubjectKind::Alertmanager => Aspect::Endpoint,
            _ => Aspect::Targets,
        }
    } else if last.ends_with("_interval") || last.ends_with("_timeout") {
        Aspect::Interval
    } else {
        match (kind, key) {
            (SubjectKind::Job, "" | "name") => Aspect::Job,
            (SubjectKind::Configuration, _) | (SubjectKind::Job, _) => Aspect::Setting,
            (_, "" | "url" | "name" | "path_prefix") => Aspect::Endpoint,
            _ => Aspect::Setting,
        }
    }
}
