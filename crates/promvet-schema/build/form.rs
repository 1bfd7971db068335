//! The form of the tables.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer};

/// All files of `tables/` together.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tables {
    #[serde(default)]
    pub(crate) sections: Vec<Section>,
    #[serde(default)]
    pub(crate) enums: Vec<Words>,
}

impl Tables {
    pub(crate) fn add(&mut self, file: Self) {
        self.sections.extend(file.sections);
        self.enums.extend(file.enums);
    }
}

/// A mapping whose keys are known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    pub(crate) section: String,
    /// Where the keys are read from, unless a key names another place.
    pub(crate) source: Source,
    #[serde(default)]
    pub(crate) includes: Vec<Include>,
    /// Functions of `src/checks/`.
    #[serde(default)]
    pub(crate) checks: Vec<String>,
    #[serde(default)]
    pub(crate) null_item: NullItem,
    pub(crate) keys: Vec<Key>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NullItem {
    #[default]
    Zero,
    Refused,
    Crash,
}

/// Keys of another section that are among those of a section.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Include {
    pub(crate) section: String,
    #[serde(default)]
    pub(crate) since: Option<Version>,
    #[serde(default)]
    pub(crate) later: BTreeMap<String, Version>,
    #[serde(default = "yes")]
    pub(crate) checked: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) key: String,
    pub(crate) r#type: String,
    #[serde(default)]
    pub(crate) since: Option<Version>,
    #[serde(default)]
    pub(crate) removed: Option<Version>,
    #[serde(default)]
    pub(crate) required: Required,
    pub(crate) needed: Option<String>,
    pub(crate) default: Option<String>,
    pub(crate) inherits: Option<String>,
    pub(crate) deprecated: Option<Deprecated>,
    #[serde(default)]
    pub(crate) accidental: bool,
    pub(crate) flag: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) source: Option<Source>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Required {
    #[default]
    No,
    Present,
    Filled,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deprecated {
    pub(crate) since: Version,
    pub(crate) instead: String,
    /// The key that takes its place and means the same.
    pub(crate) successor: Option<String>,
}

/// A set of words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) r#enum: String,
    pub(crate) source: Source,
    #[serde(default)]
    pub(crate) any_case: bool,
    #[serde(default)]
    pub(crate) empty: bool,
    pub(crate) by: By,
    /// Since when a check of `by: check` looks at every value.
    pub(crate) always_since: Option<Version>,
    pub(crate) words: Vec<Word>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    Decoder,
    Section,
    Check,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Word {
    pub(crate) word: String,
    #[serde(default)]
    pub(crate) since: Option<Version>,
    #[serde(default)]
    pub(crate) removed: Option<Version>,
    pub(crate) source: Option<Source>,
}

/// A public address.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Source(pub(crate) String);

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with("https://") {
            Ok(Self(text))
        } else {
            Err(format!("expected an https:// address, found `{text}`"))
        }
    }
}

/// A release of Prometheus: `3.14.0`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u16, pub(crate) u16, pub(crate) u16);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let numbers: Vec<u16> = text
            .split('.')
            .map_while(|part| part.parse().ok())
            .collect();
        let version = match *numbers.as_slice() {
            [major, minor, patch] => Some(Self(major, minor, patch)),
            _ => None,
        };
        version
            .filter(|version| version.to_string() == text)
            .ok_or_else(|| de::Error::custom(format!("expected a release, found `{text}`")))
    }
}
