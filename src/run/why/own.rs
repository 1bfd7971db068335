//! Settings of Alloy and of vmagent in their own words: components by their names, and flags.

use super::{Settings, WhyAt};
use crate::discover::{FileContent, RecognizedFile, own_flags};
use crate::finding::{Place, is_secret_name};
use crate::schema::alloy;
use crate::schema::dialect::{ALLOY, Dialect, VMAGENT};
use crate::yaml::{Node, Scalar};

/// A setting that has no native counterpart.
pub(super) struct OwnSetting {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) place: Place,
}

/// The one that a line or a name means.
pub(super) fn find(at: &WhyAt, recognized: &RecognizedFile) -> Option<OwnSetting> {
    let is_meant = |setting: &OwnSetting| match at {
        WhyAt::Line(line) => setting.place.start().line == *line,
        WhyAt::Key(key) => setting.key.trim_start_matches('-') == key.trim_start_matches('-'),
    };
    all(recognized).into_iter().find(is_meant)
}

fn all(recognized: &RecognizedFile) -> Vec<OwnSetting> {
    let FileContent::Configuration { document, .. } = &recognized.what else {
        return Vec::new();
    };
    let Some(spoken) = &recognized.spoken else {
        return Vec::new();
    };
    let hidden = |name: &str, value: String| match is_secret_name(name) {
        true => "[redacted]".to_owned(),
        false => value,
    };
    if is(spoken.dialect, &VMAGENT) {
        let flags = own_flags(document).into_iter();
        let flags = flags.map(|flag| OwnSetting {
            value: hidden(flag.name.rsplit('.').next().unwrap_or_default(), flag.value),
            key: format!("-{}", flag.name),
            place: flag.place,
        });
        return flags.collect();
    }
    if !is(spoken.dialect, &ALLOY) {
        return Vec::new();
    }
    let wired = alloy::wiring(&recognized.text).into_iter();
    let wired = wired.map(|attribute| OwnSetting {
        value: hidden(
            attribute.path.rsplit('.').next().unwrap_or_default(),
            attribute.values.join(", "),
        ),
        key: attribute.path,
        place: Place::new(&recognized.text, attribute.span),
    });
    wired.collect()
}

fn is(one: &'static Dialect, other: &'static Dialect) -> bool {
    std::ptr::eq(one, other)
}

/// The text of a scalar; of one that Alloy works out, from what.
pub(super) fn written(node: Node<'_>, scalar: Scalar<'_>) -> String {
    if scalar.text == alloy::WORKED_OUT {
        let place = node.place();
        return alloy::expression(place.text().slice(place.span()));
    }
    scalar.text.lines().collect::<Vec<_>>().join(" ")
}

/// Blocks of Alloy by the paths of the native lists and sections that they are.
const BLOCKS: &[(&str, &str)] = &[
    ("endpoint", "remote_write"),
    ("external_labels", "global.external_labels"),
    ("rule", "scrape_configs[0].metric_relabel_configs"),
    ("rule", "scrape_configs[0].relabel_configs"),
    ("write_relabel_config", "write_relabel_configs"),
    ("", "scrape_configs[0]"),
];

impl Settings<'_> {
    /// The name of the component of Alloy that a native tree is from: `prometheus.scrape.a`.
    fn component(&self) -> Option<String> {
        self.spoken.filter(|spoken| is(spoken.dialect, &ALLOY))?;
        let place = self.config.root().node().place();
        let head = place.text().slice(place.span()).split('{').next()?;
        let mut words = head.split_whitespace();
        let name = words.next()?;
        let label = words.next().map(|label| label.trim_matches('"'));
        Some(
            [Some(name), label]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("."),
        )
    }

    /// The name of a native key in Alloy or among the flags of vmagent.
    pub(super) fn own_name(&self, native: &str) -> Option<String> {
        if self
            .spoken
            .is_some_and(|spoken| is(spoken.dialect, &VMAGENT))
        {
            let (_, key) = native.strip_prefix("remote_write[")?.split_once("].")?;
            let spelled = self.spoken?.spelling.put(&format!("`{key}`"));
            return Some(format!("-{}", spelled.trim_matches('`')));
        }
        let component = self.component()?;
        let mut out = native.to_owned();
        for (block, list) in BLOCKS {
            if let Some(at) = out.find(list) {
                let behind = out.get(at + list.len()..)?;
                if behind.is_empty() || behind.starts_with(['.', '[']) {
                    out.replace_range(at..at + list.len(), block);
                }
            }
        }
        // One endpoint needs no number.
        let entries = self.config.remote_writes().count();
        if entries == 1 {
            out = out.replacen("endpoint[0]", "endpoint", 1);
        }
        let inner = out.trim_start_matches('.');
        Some(match inner.is_empty() {
            true => component,
            false => format!("{component}.{inner}"),
        })
    }

    /// The native path of a name in Alloy or of a flag of vmagent.
    pub(super) fn native_of_own(&self, name: &str) -> Option<String> {
        if let Some(spoken) = self.spoken.filter(|spoken| is(spoken.dialect, &VMAGENT)) {
            let flag = name.trim_start_matches('-');
            let key = spoken.spelling.native_of(flag)?;
            let first = self.config.remote_writes().next()?;
            let mut sections = first.node().mapping()?.entries();
            let within = sections.find(|entry| entry.value.get(key).is_some());
            let way = within.map_or(String::new(), |entry| format!("{}.", entry.name()));
            return Some(format!("remote_write[0].{way}{key}"));
        }
        let component = self.component()?;
        let rest = name.strip_prefix(&component)?;
        let rest = rest.trim_start_matches('.');
        let root = self.config.root().node();
        let is_job = root.get("scrape_configs").is_some();
        let (first, behind) = match rest.find(['.', '[']) {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, ""),
        };
        let list = |native: &str| match behind.starts_with('[') {
            true => format!("{native}{behind}"),
            false => format!("{native}[0]{behind}"),
        };
        Some(match first {
            "endpoint" => {
                list("remote_write").replacen("write_relabel_config[", "write_relabel_configs[", 1)
            }
            "external_labels" => format!("global.{rest}"),
            "rule" => {
                let native = match component.starts_with("discovery.") {
                    true => "relabel_configs",
                    false => "metric_relabel_configs",
                };
                list(&format!("scrape_configs[0].{native}"))
            }
            "" if is_job => "scrape_configs[0]".to_owned(),
            _ if is_job => format!("scrape_configs[0].{rest}"),
            _ => return None,
        })
    }
}
