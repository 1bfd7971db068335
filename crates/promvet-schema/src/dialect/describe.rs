//! What the tables of the dialects know about one key, for people.

use super::table::{DialectType, Key, MappingShape, ObjectRole};
use super::{OPENSHIFT, OPERATOR, OPERATOR_VALUES, since, tables};

/// A key of a dialect, by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectKeyPage {
    /// The path, with `[]` behind lists.
    pub path: String,
    /// What such a text is called.
    pub noun: &'static str,
    /// What it takes, in words.
    pub takes: String,
    /// Whether it has to be there.
    pub required: bool,
    /// The release of Prometheus that it needs.
    pub since: Option<(u16, u16)>,
    /// The path of the key of `prometheus.yml` that it becomes.
    pub native: Option<String>,
    /// The keys below it.
    pub keys: Vec<&'static str>,
}

/// Where a path of a dialect begins.
struct Root {
    path: String,
    noun: &'static str,
    shape: &'static MappingShape,
    /// What the native paths of its keys begin with.
    native: &'static str,
}

/// Places of values and of OpenShift that hold keys of a dialect.
const PLACES: &[(&str, &str, &MappingShape)] = &[
    (
        "prometheus.prometheusSpec",
        OPERATOR_VALUES.noun,
        &tables::STACK_SPEC,
    ),
    (
        "prometheusK8s",
        OPENSHIFT.noun,
        &tables::OPEN_SHIFT_PROMETHEUS,
    ),
];

/// The page of a key: `Prometheus.spec.remoteWrite.basicAuth`, with or without `[]`.
#[must_use]
pub fn describe_key(path: &str) -> Option<DialectKeyPage> {
    let plain = path.replace("[]", "");
    roots().find_map(|root| {
        let rest = plain.strip_prefix(&root.path)?.strip_prefix('.')?;
        page(&root, rest)
    })
}

/// The path that a path with a wrong last part is meant for, or the keys that there are beside it.
#[must_use]
pub fn nearest_key(path: &str) -> Option<String> {
    let (section, last) = path.rsplit_once('.')?;
    let all: Vec<&'static str> = match describe_key(section) {
        Some(page) => page.keys,
        None => {
            let plain = section.replace("[]", "");
            let root = roots().find(|root| root.path == plain)?;
            root.shape.keys.iter().map(|key| key.name).collect()
        }
    };
    let near = promvet_text::nearest(last, all)?;
    Some(format!("{section}.{near}"))
}

fn roots() -> impl Iterator<Item = Root> {
    let kinds = tables::KINDS.iter().map(|kind| Root {
        path: format!("{}.spec", kind.kind),
        noun: OPERATOR.noun,
        shape: kind.shape,
        native: match kind.part {
            ObjectRole::Job => "scrape_configs",
            _ => "",
        },
    });
    let places = PLACES.iter().map(|(path, noun, shape)| Root {
        path: (*path).to_owned(),
        noun,
        shape,
        native: "",
    });
    kinds.chain(places)
}

fn page(root: &Root, rest: &str) -> Option<DialectKeyPage> {
    let (mut shape, mut native) = (root.shape, Some(root.native.to_owned()));
    let (mut path, mut below) = (root.path.clone(), String::new());
    let mut parts = rest.split('.').peekable();
    loop {
        let key = shape.find(parts.next()?)?;
        path = format!("{path}.{}", key.name);
        below = match below.is_empty() {
            true => key.name.to_owned(),
            false => format!("{below}.{}", key.name),
        };
        native = joined(native, key);
        let (inner, is_list) = opened(&key.ty);
        if parts.peek().is_none() {
            return Some(DialectKeyPage {
                path,
                noun: root.noun,
                takes: takes(&key.ty),
                required: key.required,
                since: since::of_key(&below),
                native: native.filter(|native| key.native.is_some() && !native.is_empty()),
                keys: inner.map_or_else(Vec::new, |shape| {
                    shape.keys.iter().map(|key| key.name).collect()
                }),
            });
        }
        shape = inner?;
        if is_list {
            path.push_str("[]");
            below.push_str("[]");
        }
    }
}

/// The native path of a key in what a path is. Keys that a mapping without a counterpart holds move up.
fn joined(path: Option<String>, key: &Key) -> Option<String> {
    let (path, Some(native)) = (path?, key.native) else {
        let is_group = matches!(key.ty, DialectType::Object(_));
        return is_group.then_some(()).map(|()| String::new());
    };
    Some(match path.is_empty() {
        true => native.to_owned(),
        false => format!("{path}.{native}"),
    })
}

/// The mapping that a type has, and whether it is in a list.
fn opened(ty: &DialectType) -> (Option<&'static MappingShape>, bool) {
    match ty {
        DialectType::Object(shape) => (Some(shape), false),
        DialectType::List(item) | DialectType::Set(item) => (opened(item).0, true),
        DialectType::Map(value) => (opened(value).0, false),
        _ => (None, false),
    }
}

/// What a type takes, in words.
fn takes(ty: &DialectType) -> String {
    let plain = match ty {
        DialectType::Any => "anything",
        DialectType::Native => "the same as `prometheus.yml` has",
        DialectType::Text => "text",
        DialectType::Duration | DialectType::OptionalDuration => "a duration such as `30s`",
        DialectType::Size => "a size such as `512MB`",
        DialectType::ProxyUrl => "a URL with `http://`, `https://` or `socks5://`",
        DialectType::HttpUrl => "a URL with `http://` or `https://`",
        DialectType::Number => "a number",
        DialectType::Quantity => "a number, or a text that is one",
        DialectType::NameOrNumber => "a name or a number",
        DialectType::Bool => "`true` or `false`",
        DialectType::Key => "`{name, key}` of a Secret",
        DialectType::KeyOf => "`secret: {name, key}` or `configMap: {name, key}`",
        DialectType::Headers => "a mapping of headers",
        DialectType::Authenticator => "the name of an extension",
        DialectType::Groups => "groups of rules",
        DialectType::Object(_) => "a mapping",
        DialectType::Enum(words) | DialectType::Lower(words) => {
            return format!("one of {}", words.join(", "));
        }
        DialectType::List(item) => return format!("a list; each item is {}", takes(item)),
        DialectType::Set(item) => {
            return format!("a list without repeats; each item is {}", takes(item));
        }
        DialectType::Map(value) => return format!("a mapping; each value is {}", takes(value)),
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_paths() {
        for (path, takes, native) in [
            (
                "Prometheus.spec.remoteWrite.basicAuth",
                "a mapping",
                Some("remote_write.basic_auth"),
            ),
            (
                "Prometheus.spec.remoteWrite[].queueConfig.maxShards",
                "a number",
                Some("remote_write.queue_config.max_shards"),
            ),
            (
                "ServiceMonitor.spec.endpoints.scrapeTimeout",
                "a duration such as `30s`",
                Some("scrape_configs.scrape_timeout"),
            ),
            (
                "prometheus.prometheusSpec.externalLabels",
                "a mapping; each value is text",
                Some("global.external_labels"),
            ),
            (
                "prometheusK8s.remoteWrite.url",
                "text",
                Some("remote_write.url"),
            ),
            ("Prometheus.spec.replicas", "a number", None),
        ] {
            let page = describe_key(path);
            assert_eq!(page.as_ref().map(|it| &*it.takes), Some(takes), "{path}");
            let found = page.and_then(|it| it.native);
            assert_eq!(found.as_deref(), native, "{path}");
        }
        assert_eq!(describe_key("Prometheus.spec.remoteWrit"), None);
        let near = nearest_key("Prometheus.spec.remoteWrit");
        assert_eq!(near.as_deref(), Some("Prometheus.spec.remoteWrite"));
    }

    /// Every key of the tables of kinds has a page.
    #[test]
    fn each_key_of_a_kind_has_a_page() {
        for kind in tables::KINDS {
            for key in kind.shape.keys.iter().filter(|key| key.name != "*") {
                let path = format!("{}.spec.{}", kind.kind, key.name);
                assert!(describe_key(&path).is_some(), "{path}");
            }
        }
    }
}
