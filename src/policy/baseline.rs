//! A baseline: findings that were accepted, in a file.
//!
//! The file is JSON, and is read as YAML (JSON is a subset), so that every entry keeps its
//! place.

use std::sync::Arc;

use super::form::{PolicyKey, ValueForm};
use super::read::{Mistakes, PolicyError};
use crate::finding::{Place, Text};
use crate::yaml::{Node, parse_first};

/// By what findings are accepted, which is the version of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaselineVersion {
    /// By the path of keys with list items by their names alone, so that an endpoint that sends
    /// elsewhere under its old name is accepted too.
    Names,
    /// By that path with the scheme, host and path that an endpoint sends to.
    Destinations,
}

impl BaselineVersion {
    /// The version that is written.
    pub const NEWEST: Self = Self::Destinations;

    /// The number in the file.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Names => 1,
            Self::Destinations => 2,
        }
    }
}

/// What an accepted finding is known by. None of it changes when lines move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// The file, relative to the baseline's folder, with forward slashes.
    pub path: String,
    /// The path of keys, in which list items go by their job, name or URL, as the version has it.
    pub at: String,
    /// The rule.
    pub rule: String,
    /// What is there, with secrets masked; empty for what takes several lines.
    pub value: String,
}

/// An entry of a baseline.
#[derive(Clone, Debug)]
pub struct BaselineEntry {
    /// What it accepts.
    pub accepted: Accepted,
    /// How many findings of this kind.
    pub count: usize,
    /// Where it is.
    pub place: Place,
}

const KEYS: &[PolicyKey] = &[
    PolicyKey::new(
        "version",
        "The version of the form.",
        ValueForm::Figures("^[12]$"),
    ),
    PolicyKey::new(
        "accepted",
        "What is accepted.",
        ValueForm::List(&ValueForm::Fields(ENTRY_KEYS)),
    ),
];

const ENTRY_KEYS: &[PolicyKey] = &[
    PolicyKey::new("path", "The file, relative to this one.", ValueForm::Text),
    PolicyKey::new("at", "The path of keys.", ValueForm::Text),
    PolicyKey::new("rule", "The rule.", ValueForm::Text),
    PolicyKey::new("value", "The text at the place.", ValueForm::Text),
    PolicyKey::new("count", "How many.", ValueForm::Figures("^[0-9]+$")),
];

/// Reads a baseline: its version and its entries.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_baseline(
    text: &Arc<Text>,
) -> Result<(BaselineVersion, Vec<BaselineEntry>), Vec<PolicyError>> {
    let document = parse_first(text).map_err(|error| {
        vec![PolicyError {
            message: format!("this baseline is not JSON: {}", error.problem),
            place: Place::new(text, error.span),
            advice: Some("write it again with `promvet baseline`".into()),
        }]
    })?;
    let mut wrong = Mistakes {
        list: Vec::new(),
        folder: String::new(),
    };
    let Some(root) = document.root().filter(|root| root.mapping().is_some()) else {
        let message = "not a baseline: it has neither `version` nor `accepted`";
        return Err(vec![PolicyError::at_start(text, message.into())]);
    };
    if KEYS.iter().any(|key| root.get(key.name).is_some()) {
        text.recognize();
    }
    let fields = wrong.fields(root, "a baseline", KEYS).unwrap_or_default();
    let written = fields.get("version");
    let mut version = BaselineVersion::NEWEST;
    match written.and_then(Node::as_str) {
        Some("1") => version = BaselineVersion::Names,
        Some("2") => {}
        Some(_) => wrong.add(
            written.unwrap_or(root),
            "`version`: this promvet does not know this version of the baseline",
            Some("use the promvet that wrote it, or a newer one".into()),
        ),
        None => wrong.add(root, "this baseline has no `version`", None),
    }
    let list = fields.get("accepted");
    let items = list.map_or(Vec::new(), |list| wrong.items(list, "`accepted`"));
    let entries: Vec<_> = items
        .into_iter()
        .filter_map(|item| entry(item, &mut wrong))
        .collect();
    if wrong.list.is_empty() {
        Ok((version, entries))
    } else {
        Err(wrong.list)
    }
}

fn entry(item: Node<'_>, wrong: &mut Mistakes) -> Option<BaselineEntry> {
    let fields = wrong.fields(item, "an entry of `accepted`", ENTRY_KEYS)?;
    let text = |name: &str| fields.get(name).and_then(Node::as_str).map(str::to_owned);
    let (Some(rule), Some(path)) = (text("rule"), text("path")) else {
        wrong.add(
            item,
            "an entry of `accepted` needs a `rule` and a `path`",
            None,
        );
        return None;
    };
    let count = match fields.get("count") {
        None => Some(1),
        Some(node) => {
            let count = node.as_str().and_then(|text| text.parse().ok());
            let count = count.filter(|count| *count > 0);
            if count.is_none() {
                wrong.add(node, "`count`: expected a whole number from 1 up", None);
            }
            count
        }
    };
    Some(BaselineEntry {
        accepted: Accepted {
            path,
            at: text("at").unwrap_or_default(),
            rule,
            value: text("value").unwrap_or_default(),
        },
        count: count?,
        place: item.place(),
    })
}
