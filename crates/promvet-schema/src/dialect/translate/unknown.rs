//! Keys that a dialect does not have: what was meant by them, and what becomes of them.

use super::{Translator, is_filled_in};
use crate::check::Rule;
use crate::dialect::judged::has_form;
use crate::dialect::table::{DialectType, Key, MappingShape};
use crate::dialect::{CHART, STACK, tables};
use crate::unknown::of_short;
use crate::yaml::{Entry, Mapping, Node};
use promvet_text::{Advice, Severity, nearest, surely_meant};

/// Credentials that exclude each other.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "azureAd",
    "basicAuth",
    "bearerToken",
    "bearerTokenFile",
    "bearerTokenSecret",
    "googleIam",
    "oauth2",
    "sigv4",
];

/// Whether a key is a credential beside one whose name is right.
fn is_second(key: &str, mapping: Option<Node<'_>>) -> bool {
    let is_set = |other: &&str| mapping.is_some_and(|it| it.get(other).is_some());
    CREDENTIALS.contains(&key) && CREDENTIALS.iter().any(is_set)
}

impl Translator {
    /// Says that a key is unknown, and returns the one that is meant, if it is not set.
    pub(super) fn unknown(
        &mut self,
        shape: &'static MappingShape,
        entry: Entry<'_>,
    ) -> Option<&'static Key> {
        // A loop of the template may write the keys.
        if is_filled_in(entry.key) {
            return None;
        }
        let name = entry.name();
        if std::ptr::eq(shape, &tables::SELECTOR) {
            self.bare_label(entry);
            return None;
        }
        let mut meant = meant_by(shape, name).map(|meant| of_endpoint(shape, entry, meant));
        if self.of_server(shape, name) && !matches!(meant, Some(MeantKey::Spelling(_))) {
            meant = None;
        }
        // A switch of an older chart: without it, it is off as well.
        let is_old_switch = OLD_SWITCHES.contains(&name) && entry.value.as_str() == Some("false");
        if is_old_switch {
            meant = None;
        }
        let mapping = entry.key.parent();
        // A rename onto a key that is set would make it twice, so that nothing is renamed then.
        let is_free = |key: &str| mapping.is_none_or(|it| it.get(key).is_none());
        let key_of = |name: &str| shape.find(name).filter(|_| is_free(name));
        let lacks = |name: &str| key_of(name).is_some_and(|key| key.required);
        match meant {
            Some(MeantKey::Spelling(_) | MeantKey::Below(_) | MeantKey::Removed(_)) => {}
            Some(MeantKey::Like(key)) if lacks(key) => {}
            _ if shape.open => return None,
            _ => {}
        }
        let severity = match meant {
            // A chart ignores it, and there is nothing in it to lose.
            Some(MeantKey::Below(_)) if is_empty(entry.value) && self.is_of_chart() => {
                Severity::Info
            }
            Some(MeantKey::Spelling(_) | MeantKey::Below(_)) => Severity::Error,
            Some(MeantKey::Like(key))
                if key_of(key).is_some_and(|key| replaces(shape, key, is_free)) =>
            {
                Severity::Error
            }
            Some(MeantKey::Removed(_)) => Severity::Info,
            // Switched off, as it is without the key.
            _ if is_off(entry.value) || is_old_switch => Severity::Info,
            _ => Severity::Warning,
        };
        let (fault, advice) = self.said(shape, entry, meant.as_ref(), is_free);
        let advice = match meant {
            Some(MeantKey::Spelling(key) | MeantKey::Like(key)) if is_second(key, mapping) => {
                Advice::say("keep one of the credentials")
            }
            _ => advice,
        };
        let message = self.dialect.unknown_key(fault);
        self.say(
            Rule::UnknownField,
            severity,
            entry.key,
            message,
            Some(advice),
        );
        match meant {
            // Dropped, so that it excludes no other credential.
            Some(MeantKey::Spelling(key) | MeantKey::Like(key)) if is_second(key, mapping) => None,
            Some(MeantKey::Spelling(key) | MeantKey::Like(key)) => key_of(key),
            _ => None,
        }
    }

    /// What is said of a key that a shape does not have, and what to do about it.
    fn said(
        &self,
        shape: &MappingShape,
        entry: Entry<'_>,
        meant: Option<&MeantKey>,
        is_free: impl Fn(&str) -> bool,
    ) -> (String, Advice) {
        let name = entry.name();
        match meant {
            Some(MeantKey::Spelling(key)) => (
                format!("`{name}`: the key is `{key}` here"),
                match is_free(key) {
                    true => Advice::rename(entry.key.span(), *key).safe(),
                    false => Advice::say(format!("remove it: `{key}` is set already")),
                },
            ),
            Some(MeantKey::Below(key)) => (
                format!("`{name}`: unknown key; it belongs in `{key}`"),
                Advice::say(format!("move it into `{key}`")),
            ),
            Some(MeantKey::Removed(release)) => (
                format!("`{name}`: OpenShift {release} and newer do not read it"),
                Advice::say("remove it"),
            ),
            Some(MeantKey::Like(key)) => (
                format!("`{name}`: unknown key"),
                match is_free(key) {
                    true if is_surely(shape, entry, key) => {
                        Advice::rename(entry.key.span(), *key).safe()
                    }
                    true => Advice::rename(entry.key.span(), *key).unsafe_(),
                    false => Advice::write(format!("did you mean `{key}`? It is set already")),
                },
            ),
            None if self.of_server(shape, name) => (
                format!("`{name}`: only a Prometheus has this key, an agent does not"),
                Advice::say("remove it"),
            ),
            None => (
                format!("`{name}`: unknown key"),
                Advice::say("remove it, or correct its name"),
            ),
        }
    }

    /// Whether the templates of a chart read the text, and leave what they do not know.
    fn is_of_chart(&self) -> bool {
        let mut charts = [&CHART, &STACK].into_iter();
        charts.any(|chart| std::ptr::eq(self.dialect, chart))
    }

    /// Whether a key is one of a Prometheus where only those of an agent are known.
    pub(super) fn of_server(&self, shape: &MappingShape, name: &str) -> bool {
        let tables = (&tables::PROMETHEUS_AGENT, &tables::PROMETHEUS);
        std::ptr::eq(shape, tables.0) && tables.1.find(name).is_some()
    }

    /// A label directly in a selector. Without it nothing is left, and the empty selector selects
    /// everything (apimachinery `LabelSelectorAsSelector`).
    pub(super) fn bare_label(&mut self, entry: Entry<'_>) {
        let names = ["matchLabels", "matchExpressions"];
        let name = entry.name();
        let near = nearest(name, names).filter(|_| entry.value.scalar().is_none());
        let (message, advice) = match near {
            Some(near) => (
                self.dialect.unknown_key(format!("`{name}`: unknown key")),
                Advice::rename(entry.key.span(), near).unsafe_(),
            ),
            // The form of a monitor's `namespaceSelector`: without it the selector is empty, which selects
            // everything as well.
            None if name == "any" && entry.value.as_str() == Some("true") => (
                self.dialect.unknown_key(format!("`{name}`: unknown key")),
                Advice::write("write `{}` as the selector, which selects everything"),
            ),
            None => {
                let fault = format!("`{name}`: labels belong in `matchLabels`");
                let mut message = self.dialect.unknown_key(fault);
                message.push_str(", and an empty selector selects everything");
                let advice = Advice::write(format!("write `matchLabels: {{{name}: …}}`"));
                (message, advice)
            }
        };
        // Values of a chart are only cut down to what is meant.
        let is_meant = name == "any" && self.dialect.is_pruned;
        let severity = match is_meant {
            true => Severity::Info,
            false => Severity::Error,
        };
        let advice = Some(advice);
        self.say(Rule::UnknownField, severity, entry.key, message, advice);
    }
}

/// Keys that older charts had to switch something on: `stable/prometheus-operator` from 5 to 8.
const OLD_SWITCHES: &[&str] = &["additionalScrapeConfigsExternal"];

/// Whether a section says nothing but that it is switched off.
fn is_off(node: Node<'_>) -> bool {
    let entries = node.mapping().into_iter().flat_map(Mapping::entries);
    let entries: Vec<_> = entries.collect();
    matches!(&*entries, [only] if only.name() == "enabled" && only.value.as_str() == Some("false"))
}

/// Whether a list or a mapping has nothing in it.
fn is_empty(node: Node<'_>) -> bool {
    match node.mapping() {
        Some(mapping) => mapping.entries().next().is_none(),
        None => node.sequence().is_some() && node.items().next().is_none(),
    }
}

/// The entry whose key is a misspelling of another one.
pub(super) fn misspelled<'d>(
    shape: &'static MappingShape,
    mapping: Mapping<'d>,
    key: &Key,
) -> Option<Entry<'d>> {
    let mut entries = mapping.effective();
    entries.find(|entry| {
        let is_known = shape.find(entry.name()).is_some();
        let meant = || meant_by(shape, entry.name());
        !is_known
            && matches!(meant(), Some(MeantKey::Spelling(name) | MeantKey::Like(name)) if name == key.name)
    })
}

/// Whether a value can be of a type, as far as its kind says.
pub(super) fn may_be(ty: &DialectType, node: Node<'_>) -> bool {
    match ty {
        DialectType::Any | DialectType::Native => true,
        DialectType::List(_) | DialectType::Set(_) | DialectType::Groups => {
            node.sequence().is_some()
        }
        DialectType::Key
        | DialectType::KeyOf
        | DialectType::Headers
        | DialectType::Authenticator
        | DialectType::Map(_)
        | DialectType::Object(_) => node.mapping().is_some(),
        _ => node.scalar().is_some(),
    }
}

/// Whether a value can be of a type by its kind and its form.
pub(super) fn is_fit(ty: &DialectType, node: Node<'_>) -> bool {
    let has_form = || match node.as_str() {
        Some(text) => is_filled_in(node) || has_form(ty, text),
        None => true,
    };
    may_be(ty, node) && has_form()
}

/// Whether an unknown key can only be meant for one that has another name, which takes its value.
fn is_surely(shape: &MappingShape, entry: Entry<'_>, key: &str) -> bool {
    let names = shape.keys.iter().map(|key| key.name);
    let fits = shape
        .find(key)
        .is_some_and(|key| may_be(&key.ty, entry.value));
    fits && surely_meant(entry.name(), names) == Some(key)
}

/// Whether a key is the action of a relabel rule that lacks its target: without its action, it replaces,
/// which needs a label to write to.
fn replaces(shape: &MappingShape, key: &Key, is_free: impl Fn(&str) -> bool) -> bool {
    let mut keys = shape.keys.iter();
    let target = keys.find(|key| key.native == Some("target_label"));
    key.native == Some("action") && target.is_some_and(|key| is_free(key.name))
}

/// What may be meant by a key that a shape does not have.
enum MeantKey {
    /// This one: the same letters, or the native name of it.
    Spelling(&'static str),
    /// A key of this one.
    Below(&'static str),
    /// One that looks like it.
    Like(&'static str),
    /// One that this release removed.
    Removed(&'static str),
}

/// Keys that OpenShift's monitoring read once (openshift/cluster-monitoring-operator release-4.10
/// `pkg/manifests/config.go`).
const REMOVED: &[(&str, &str)] = &[("grafana", "4.11")];

/// For a key of an endpoint beside the list of endpoints, that list: what is meant to be sent is seldom meant
/// for the first section that happens to have such a key.
fn of_endpoint(shape: &'static MappingShape, entry: Entry<'_>, meant: MeantKey) -> MeantKey {
    let MeantKey::Below(_) = meant else {
        return meant;
    };
    let plain = bare_key_name(entry.name());
    let is_sent = || {
        entry
            .key
            .parent()
            .is_some_and(|spec| spec.get(SENDING).is_some())
    };
    let inner = shape.find(SENDING).and_then(|key| inner_shape(&key.ty));
    let has_it = inner.is_some_and(|inner| {
        let mut keys = inner.keys.iter();
        keys.any(|key| bare_key_name(key.name) == plain)
    });
    match has_it && is_sent() {
        true => MeantKey::Below(SENDING),
        false => meant,
    }
}

/// The list of endpoints.
const SENDING: &str = "remoteWrite";

/// Keys of other kinds, and what they are called where they have another name.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("alerting", "alertingEndpoints"),
    ("endpoints", "podMetricsEndpoints"),
    ("interval", "scrapeInterval"),
    ("metricRelabelConfigs", "metricRelabelings"),
    ("path", "metricsPath"),
    ("podMetricsEndpoints", "endpoints"),
    ("relabelConfigs", "relabelings"),
    ("relabelConfigs", "writeRelabelConfigs"),
    ("relabelings", "relabelingConfigs"),
    ("relabelings", "writeRelabelConfigs"),
    ("sigv4Config", "sigv4"),
    ("storage", "storageSpec"),
    ("storageSpec", "storage"),
    ("targets", "static"),
    ("timeout", "scrapeTimeout"),
    ("writeRelabelConfigs", "inlineUrlRelabelConfig"),
];

/// Spellings come before resemblance, since `scrape_interval` for `scrapeInterval` is sure and a
/// near miss is a guess.
fn meant_by(shape: &'static MappingShape, name: &str) -> Option<MeantKey> {
    let plain = bare_key_name(name);
    let same = shape
        .keys
        .iter()
        .find(|key| bare_key_name(key.name) == plain);
    let native = || {
        let last = |key: &Key| Some(bare_key_name(key.native?.rsplit('.').next()?));
        shape
            .keys
            .iter()
            .find(|key| last(key).as_ref() == Some(&plain))
    };
    let other = || {
        let mut names = OTHER_NAMES.iter().filter(|(other, _)| *other == name);
        names.find_map(|(_, key)| shape.find(key))
    };
    if std::ptr::eq(shape, &tables::OPEN_SHIFT_CLUSTER) {
        let removed = REMOVED.iter().find(|(key, _)| *key == name);
        if let Some((_, release)) = removed {
            return Some(MeantKey::Removed(release));
        }
    }
    if let Some(key) = same.or_else(native).or_else(other) {
        return Some(MeantKey::Spelling(key.name));
    }
    let below = shape.keys.iter().find(|key| {
        let inner = inner_shape(&key.ty);
        inner.is_some_and(|inner| {
            inner
                .keys
                .iter()
                .any(|key| bare_key_name(key.name) == plain)
        })
    });
    if let Some(key) = below.filter(|_| plain.len() > SHORTEST_MOVED) {
        return Some(MeantKey::Below(key.name));
    }
    if let Some(key) = of_short(name).and_then(|name| shape.find(name)) {
        return Some(MeantKey::Like(key.name));
    }
    let names = shape.keys.iter().map(|key| key.name);
    nearest(name, names).map(MeantKey::Like)
}

/// The fewest letters of a key that is reported as belonging elsewhere: `name` and `key` belong
/// anywhere.
const SHORTEST_MOVED: usize = 5;

fn inner_shape(ty: &DialectType) -> Option<&'static MappingShape> {
    match ty {
        DialectType::Object(shape) => Some(shape),
        DialectType::List(item) | DialectType::Set(item) => inner_shape(item),
        _ => None,
    }
}

/// A name without what spellings differ in.
/// `remoteWrite`, `remote_write` and `remote-write` differ in nothing else, so that they compare
/// equal.
pub(super) fn bare_key_name(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
