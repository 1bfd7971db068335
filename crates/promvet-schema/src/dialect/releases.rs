//! Which release of the Prometheus Operator has a key first, and which releases of the Operator and of
//! Prometheus a chart installs.

use super::since;
use crate::yaml::{Node, placeholder};
use promvet_text::Place;

include!(concat!(env!("OUT_DIR"), "/releases.rs"));

/// A chart, its first release with an Operator and a Prometheus, and these two.
type ChartRow = (&'static str, [u16; 3], u16, Option<(u16, u16)>);

/// A key of a resource that not every release knows.
#[derive(Clone, Debug)]
pub struct DatedKey {
    /// As it is written.
    pub name: String,
    /// Where it is.
    pub key: Place,
    /// Where its value is.
    pub value: Place,
    /// The path of keys to it.
    pub logical: String,
    /// The same with list items by their names.
    pub identity: String,
    /// The minor release of the Operator that has it first.
    pub operator: Option<u16>,
    /// The release of Prometheus from which on the Operator writes it, and what it does before.
    pub prometheus: Option<((u16, u16), since::TooNew)>,
}

/// Keys of values that become others in the resource.
const OF_VALUES: &[(&str, &str)] = &[
    ("additionalRemoteRead", "remoteRead"),
    ("additionalRemoteWrite", "remoteWrite"),
];

/// The keys in a `spec` of a kind that not every release knows, outer ones first.
#[must_use]
pub fn dated_keys(kind: &str, spec: Node<'_>) -> Vec<DatedKey> {
    let mut out = Vec::new();
    below(kind, spec, "", &mut out);
    out
}

fn below(kind: &str, node: Node<'_>, path: &str, out: &mut Vec<DatedKey>) {
    let map = node.mapping();
    for entry in map.into_iter().flat_map(|map| map.entries()) {
        let written = entry.name();
        let mut renamed = OF_VALUES.iter().filter(|_| path.is_empty());
        let name = renamed.find(|(name, _)| *name == written);
        let name = name.map_or(written, |(_, name)| name);
        let path = match path.is_empty() {
            true => name.to_owned(),
            false => format!("{path}.{name}"),
        };
        if entry.value.is_null() {
            continue;
        }
        let operator = operator_of(kind, &path);
        let prometheus = match kind {
            "Prometheus" | "PrometheusAgent" => since::of(&path),
            _ => None,
        };
        if operator.is_some() || prometheus.is_some() {
            out.push(DatedKey {
                name: written.to_owned(),
                key: entry.key.place(),
                value: entry.value.place(),
                logical: entry.value.path(),
                identity: entry.value.identity(),
                operator,
                prometheus,
            });
        }
        below(kind, entry.value, &path, out);
        let items = format!("{path}[]");
        let list = entry.value.items();
        list.for_each(|item| below(kind, item, &items, out));
    }
}

fn operator_of(kind: &str, path: &str) -> Option<u16> {
    let at = KEYS.binary_search_by(|(of, key, _)| (*of, *key).cmp(&(kind, path)));
    KEYS.get(at.ok()?).map(|(.., since)| *since)
}

/// What a release of a chart installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartRelease {
    /// The minor release of the Operator.
    pub operator: u16,
    /// The release of Prometheus.
    pub prometheus: Option<(u16, u16)>,
}

/// What a chart installs by its release, or by the newest one of a range such as `45.x`, `~45.8` or `^45.0.0`.
/// None for other charts, and where the range has no end.
#[must_use]
pub fn release_of_chart(chart: &str, release: &str) -> Option<ChartRelease> {
    let newest = newest_of(release)?;
    let rows = CHARTS.iter().filter(|(name, ..)| *name == chart);
    let row = rows.take_while(|(_, first, ..)| *first <= newest).last()?;
    let (.., operator, prometheus) = *row;
    Some(ChartRelease {
        operator,
        prometheus,
    })
}

/// The newest release that a text such as `45.8.0`, `45.x` or `^45.1.0` allows.
fn newest_of(release: &str) -> Option<[u16; 3]> {
    if placeholder::is_open(release) {
        return None;
    }
    let release = release.trim();
    let (is_caret, is_tilde) = (release.starts_with('^'), release.starts_with('~'));
    let bare = release.trim_start_matches(['^', '~', '=', 'v']).trim();
    let bare = bare.split(['+', '-']).next()?;
    let mut out = [u16::MAX; 3];
    let mut parts = bare.split('.');
    for number in &mut out {
        match parts.next() {
            None | Some("x" | "X" | "*") => break,
            Some(part) => *number = part.parse().ok()?,
        }
    }
    if out.first() == Some(&u16::MAX) {
        return None;
    }
    let [_, minor, patch] = &mut out;
    if is_caret {
        *minor = u16::MAX;
    }
    if is_caret || is_tilde {
        *patch = u16::MAX;
    }
    Some(out)
}

/// The release of Prometheus that an Operator takes where `version` is not set.
#[must_use]
pub fn default_prometheus(operator: u16) -> Option<(u16, u16)> {
    let row = OPERATORS.iter().find(|(minor, _)| *minor == operator);
    row.map(|(_, prometheus)| *prometheus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_install_what_their_release_says() {
        let of = |release: &str| release_of_chart("kube-prometheus-stack", release);
        let is = |operator, prometheus| {
            Some(ChartRelease {
                operator,
                prometheus: Some(prometheus),
            })
        };
        assert_eq!(of("45.8.0"), is(63, (2, 42)));
        assert_eq!(of("v67.0.0"), is(79, (3, 0)));
        assert_eq!(of("66.x"), is(79, (2, 55)));
        assert_eq!(of("~66.2"), is(78, (2, 55)));
        assert_eq!(of("^66.1.0"), is(79, (2, 55)));
        for open in [
            ">=45.0.0",
            "*",
            "",
            "{{ version }}",
            "45.0.0 - 50.0.0",
            "latest",
        ] {
            assert_eq!(of(open), None, "{open}");
        }
        assert_eq!(release_of_chart("another", "45.8.0"), None);
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(KEYS.is_sorted());
        assert_eq!(operator_of("Prometheus", "scrapeClasses"), Some(72));
        assert_eq!(operator_of("Prometheus", "scrapeClasses[].tlsConfig"), None);
        assert_eq!(default_prometheus(79), Some((3, 0)));
    }
}
