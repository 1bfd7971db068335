//! Values that are in a manifest or a compose file and reach Prometheus as a file or a variable.

use std::fmt;
use std::sync::Arc;

use crate::facts::included::recognize;
use crate::facts::token::{self, Observation};
use crate::finding::{KeyPath, Place, Span, Text, is_secret_name, nearest};
use crate::yaml::{Dollars, Node, embedded, placeholder};
use promvet_syntax::base64;

/// Keys of the settings of receivers that promvet reads.
const SETTINGS: &[&str] = &[
    "accept_ha_samples",
    "auth-enabled",
    "auth_enabled",
    "basic_auth_users",
    "http_listen_port",
    "http_path_prefix",
    "http_tls_config",
    "ingestion_burst_size",
    "max_global_exemplars_per_user",
    "max_recv_msg_size",
    "multitenancy_enabled",
    "native_histograms_ingestion_enabled",
    "out_of_order_time_window",
    "proxy_pass",
    "reject_old_samples",
    "samples_limit",
    "size_bytes_limit",
    "tls_server_config",
];

/// A value that is written down in the tree and that Prometheus gets.
#[derive(Clone, Debug)]
pub struct ProvidedValue {
    /// What it is: "the key `token` of the Secret `tokens`".
    pub noun: String,
    /// Its own name: that of the key or the variable.
    pub name: String,
    /// Where it is named; not the value itself.
    pub place: Place,
    /// The path of keys that leads to it.
    pub logical: String,
    /// The same with the object that it belongs to, for fingerprints.
    pub identity: String,
    /// The value.
    pub content: HiddenContent,
    /// The same as a text, if it looks like rules, targets, jobs or the settings of a receiver.
    pub text: Option<Arc<Text>>,
}

/// Sections of a web configuration, with words that people write for them.
const OF_WEB: &[&str] = &[
    "basic_auth",
    "basic_auth_users",
    "http_server_config",
    "tls_config",
    "tls_server_config",
];

/// Whether a top-level key of a text is a section of a web configuration, or nearly so.
fn has_nearly_web(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| line.contains('_'));
    lines.any(|line| {
        let key = line.split(':').next().unwrap_or_default();
        let is_key = key.len() < line.len()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_key && (OF_WEB.contains(&key) || nearest(key, OF_WEB.iter().copied()).is_some())
    })
}

impl ProvidedValue {
    /// The value of a key. `owner` tells its object from others of the file, for fingerprints.
    pub(super) fn of_key(
        key: Node<'_>,
        noun: String,
        owner: &str,
        content: HiddenContent,
    ) -> Arc<Self> {
        Arc::new(Self {
            noun,
            name: key.as_str().unwrap_or("").to_owned(),
            place: key.place(),
            logical: key.path(),
            identity: format!("{owner}.{}", key.identity()),
            content,
            text: None,
        })
    }

    /// The same, with the value of a node as a text, if that looks like rules, targets, jobs or the settings
    /// of a receiver. Dashboards and the like are mappings, and are not copied.
    pub(super) fn with_text(self: Arc<Self>, node: Node<'_>, dollars: Dollars) -> Arc<Self> {
        let text = node.as_str().unwrap_or_default();
        let has_rules = || {
            ["groups", "rules", "expr"]
                .iter()
                .all(|word| text.contains(word))
        };
        // The key may be misspelled: `target`.
        let has_targets = || {
            let is_list = text.trim_start().starts_with(['[', '-']);
            is_list && ["target", "labels"].iter().any(|word| text.contains(word))
        };
        // An included file has this section alone, and a whole configuration mostly begins with another.
        let has_jobs = || {
            let mut lines = text.lines().map(str::trim_end);
            let first = lines.find(|line| !line.is_empty() && !line.starts_with(['#', '-']));
            first.is_some_and(|line| line.starts_with("scrape_configs:"))
        };
        if !has_rules()
            && !has_targets()
            && !has_jobs()
            && !has_nearly_web(text)
            && !SETTINGS.iter().any(|word| text.contains(word))
        {
            return self;
        }
        let within = KeyPath {
            identity: self.identity.clone(),
            logical: self.logical.clone(),
        };
        let mut own = Arc::unwrap_or_clone(self);
        own.text = embedded(node, within, dollars);
        if let Some(text) = own
            .text
            .as_ref()
            .filter(|text| recognize::is_one(text.content()))
        {
            text.recognize();
        }
        Arc::new(own)
    }
}

/// A value, hidden: nothing shows it but what [`HiddenContent::observe`] makes of it.
#[derive(Clone)]
pub struct HiddenContent(DecodedValue);

#[derive(Clone)]
enum DecodedValue {
    Bytes(Arc<[u8]>),
    /// The same, written in base64.
    Decoded(Arc<[u8]>),
    /// It is on this machine, and not in the repository.
    Withheld(Arc<[u8]>),
    /// It should be base64 and is not.
    Undecodable,
}

impl fmt::Debug for HiddenContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl HiddenContent {
    /// A text as it is.
    pub(in crate::facts) fn plain(text: &str) -> Self {
        // One more than is looked at, so that too much is seen to be too much.
        let bytes = text.as_bytes();
        let kept = bytes.get(..=token::MOST_CONTENT).unwrap_or(bytes);
        Self(DecodedValue::Bytes(kept.into()))
    }

    /// The same text, as no setting is read from it.
    pub(super) fn withheld(self) -> Self {
        match self.0 {
            DecodedValue::Bytes(bytes) | DecodedValue::Decoded(bytes) => {
                Self(DecodedValue::Withheld(bytes))
            }
            other => Self(other),
        }
    }

    /// The value of a setting that is a word or a number; nothing may show it.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.0 {
            DecodedValue::Bytes(bytes) | DecodedValue::Decoded(bytes) => {
                std::str::from_utf8(bytes).ok()
            }
            DecodedValue::Withheld(_) | DecodedValue::Undecodable => None,
        }
    }

    /// The whole of it, where it is in the repository and nothing stands for it.
    pub(in crate::facts) fn whole(&self) -> Option<&[u8]> {
        let (DecodedValue::Bytes(bytes) | DecodedValue::Decoded(bytes)) = &self.0 else {
            return None;
        };
        let is_whole = bytes.len() <= token::MOST_CONTENT;
        let is_open = || token::observe(bytes, 0).contains(&Observation::Placeholder);
        (is_whole && !is_open() && !self.has_variable()).then_some(bytes)
    }

    /// A text in base64, as `data` of a Secret has it. What has to be filled in is taken as it is.
    pub(super) fn base64(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::plain("");
        }
        match base64::decode_spaced(text) {
            Some(bytes) => Self(DecodedValue::Decoded(bytes.into())),
            None if placeholder::find(text).next().is_some() => Self::plain(text),
            None if token::observe(text.as_bytes(), 0).contains(&Observation::Placeholder) => {
                Self::plain(text)
            }
            None => Self(DecodedValue::Undecodable),
        }
    }

    /// Whether it has to be hidden as the value of something of this name. What is not a secret stays
    /// in view, since whatever is hidden is taken out of sentences too.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        is_secret_name(name) || token::is_live(&self.observe(0))
    }

    /// Whether a variable is in it, which something fills in before the manifest is applied: not in base64,
    /// where its name is not in the text of the manifest.
    #[must_use]
    pub fn has_variable(&self) -> bool {
        let text = self.text().filter(|_| !self.is_encoded());
        text.is_some_and(|text| placeholder::find(text).next().is_some())
    }

    fn is_encoded(&self) -> bool {
        matches!(self.0, DecodedValue::Decoded(_))
    }

    /// Whether a line break ends it, and something is before.
    #[must_use]
    pub fn ends_with_newline(&self) -> bool {
        match &self.0 {
            DecodedValue::Bytes(bytes)
            | DecodedValue::Decoded(bytes)
            | DecodedValue::Withheld(bytes) => {
                bytes.ends_with(b"\n") && !bytes.trim_ascii().is_empty()
            }
            DecodedValue::Undecodable => false,
        }
    }

    /// What it shows. `now` is the time in seconds since 1970.
    #[must_use]
    pub fn observe(&self, now: i64) -> Vec<Observation> {
        match &self.0 {
            DecodedValue::Bytes(bytes)
            | DecodedValue::Decoded(bytes)
            | DecodedValue::Withheld(bytes) => token::observe(bytes, now),
            DecodedValue::Undecodable => vec![Observation::NotBase64],
        }
    }
}

/// Notes that a value is a secret, so that no excerpt shows it.
pub(super) fn hide(node: Node<'_>) {
    hide_part(node, node.span());
}

/// The same for a part of a value.
pub(super) fn hide_part(node: Node<'_>, span: Span) {
    node.document().text().mark_secret(span);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_never_shown() {
        for (content, want) in [
            (
                HiddenContent::plain("Bearer x"),
                Observation::Scheme("Bearer"),
            ),
            (
                HiddenContent::base64("QmVhcmVyIHg="),
                Observation::Scheme("Bearer"),
            ),
            (HiddenContent::base64(""), Observation::Empty),
            (HiddenContent::base64("${TOKEN}"), Observation::Placeholder),
            (
                HiddenContent::base64("REPLACE_ME"),
                Observation::Placeholder,
            ),
            (HiddenContent::base64("not base64"), Observation::NotBase64),
        ] {
            assert_eq!(content.observe(0).first(), Some(&want));
            assert_eq!(format!("{content:?}"), "[redacted]");
        }
        let long = HiddenContent::plain(&"x".repeat(token::MOST_CONTENT + 9));
        assert_eq!(long.observe(0), [Observation::TooLong]);
    }
}
