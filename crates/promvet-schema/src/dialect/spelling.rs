//! Native keys in the words of a dialect.

use std::collections::BTreeMap;

use promvet_text::Place;

use crate::yaml::Node;

/// How native keys are written in one text.
#[derive(Clone, Debug, Default)]
pub struct KeySpelling {
    keys: BTreeMap<&'static str, WrittenKey>,
    /// Parts of the text that are native as they are.
    native: Vec<NativePart>,
    prefixed: Vec<PrefixedPart>,
}

/// How a native key is written.
#[derive(Clone, Copy, Debug)]
struct WrittenKey {
    name: &'static str,
    /// The native sections that it is in, with the dot behind them; empty for a key alone. The key that is
    /// written is not in them.
    within: &'static str,
}

/// A part of a text that is native as it is.
#[derive(Clone, Debug)]
struct NativePart {
    place: Place,
    /// The native name of the key that it is under, and how that one is written.
    key: Option<(&'static str, &'static str)>,
}

/// A part of a text whose keys begin with another word than those of the rest.
#[derive(Clone, Debug)]
struct PrefixedPart {
    place: Place,
    usual: &'static str,
    here: &'static str,
}

impl KeySpelling {
    /// Notes that a part of the text is native as it is. `native` and `written` are the names of the
    /// key that it is under.
    pub fn add_native(
        &mut self,
        part: Node<'_>,
        native: Option<&'static str>,
        written: &'static str,
    ) {
        let last = native.map(|native| native.rsplit('.').next().unwrap_or(native));
        self.native.push(NativePart {
            place: part.place(),
            key: last.map(|last| (last, written)),
        });
    }

    /// Notes that the keys of a part of the text begin with `here` where those of the rest begin with `usual`.
    pub fn add_prefixed(&mut self, place: Place, usual: &'static str, here: &'static str) {
        self.prefixed.push(PrefixedPart { place, usual, here });
    }

    /// A sentence about a place in the words of the dialect: in a part that is native as it is, keys
    /// are written as native ones.
    #[must_use]
    pub fn put_at(&self, place: &Place, sentence: &str) -> String {
        let (path, start, end) = place.order();
        let is_in = |part: &Place| {
            let (of, from, to) = part.order();
            path == of && from <= start && end <= to
        };
        if let Some(part) = self.prefixed.iter().find(|part| is_in(&part.place)) {
            return self.put(sentence).replace(part.usual, part.here);
        }
        match self.native.iter().find(|part| is_in(&part.place)) {
            Some(part) => self.put_with(sentence, |word| match part.key {
                Some((native, written)) if native == word => written,
                _ => word,
            }),
            None => self.put(sentence),
        }
    }

    /// Adds the name that a native key has here. The first one counts.
    pub fn add(&mut self, native: &'static str, written: &'static str) {
        let last = native.rsplit('.').next().unwrap_or(native);
        let within = native.strip_suffix(last).unwrap_or_default();
        // A key of the same name at the same place needs no translation, so that the map stays small.
        if last != written || !within.is_empty() {
            let key = WrittenKey {
                name: written,
                within,
            };
            self.keys.entry(last).or_insert(key);
        }
    }

    /// The name that a native key has here.
    #[must_use]
    pub fn of<'k>(&self, native: &'k str) -> &'k str {
        self.keys.get(native).map_or(native, |key| key.name)
    }

    /// The native key that a name is written for here.
    #[must_use]
    pub fn native_of(&self, written: &str) -> Option<&'static str> {
        let mut keys = self.keys.iter();
        keys.find(|(_, key)| key.name == written)
            .map(|(native, _)| *native)
    }

    /// A sentence in the words of the dialect. Only words with an underscore are keys for sure;
    /// others are so between backticks. Parts of URLs and paths (`/api/v1/remote_write`) are none.
    #[must_use]
    pub fn put(&self, sentence: &str) -> String {
        self.put_with(sentence, |word| self.of(word))
    }

    fn put_with(&self, sentence: &str, of: impl for<'w> Fn(&'w str) -> &'w str) -> String {
        let mut out = String::with_capacity(sentence.len());
        let mut quoted = false;
        let mut rest = sentence;
        while let Some(first) = rest.chars().next() {
            if is_part(first) {
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                let in_path = out.ends_with(OF_URLS) || behind.starts_with(OF_URLS);
                let is_key = !in_path && (quoted || word.contains('_'));
                let here = if is_key { of(word) } else { word };
                let within = self.keys.get(word).filter(|key| key.name == here);
                if let Some(key) = within.filter(|key| is_below(&out, key.within)) {
                    out.truncate(out.len() - key.within.len());
                }
                if here.contains('.') {
                    // A flag says where the key is: `basic_auth.password` is one flag.
                    let own = out.trim_end_matches(|c| is_part(c) || c == '.').len();
                    out.truncate(own);
                }
                out.push_str(here);
                rest = behind;
                continue;
            }
            // Backticks come in pairs in every message, so that the count alone tells inside from
            // outside.
            quoted ^= first == '`';
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
        out
    }
}

/// Whether a sentence ends with the sections given, which are not in others.
fn is_below(sentence: &str, sections: &str) -> bool {
    let before = sentence.strip_suffix(sections);
    before.is_some_and(|before| !before.ends_with(|c| is_part(c) || c == '.'))
}

/// What joins the parts of a URL, a path or a value, and never keys. `remote_write` in
/// `/api/v1/remote_write` is not a key, so that a URL in a message must not change.
const OF_URLS: [char; 7] = ['/', '-', '=', '?', '&', '%', '@'];

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_the_dialect_has_them() {
        let mut spelling = KeySpelling::default();
        spelling.add("bearer_token", "bearerTokenSecret");
        spelling.add("global.scrape_interval", "interval");
        spelling.add("metrics_path", "path");
        spelling.add("url", "url");
        spelling.add("authorization.credentials", "license_key");
        spelling.add("basic_auth.password", "remoteWrite.basicAuth.password");
        spelling.add("tls_config.ca_file", "ca_file");
        for (native, here) in [
            ("`bearer_token`: too long", "`bearerTokenSecret`: too long"),
            ("scrape_interval is 0", "interval is 0"),
            ("`authorization.credentials` is set", "`license_key` is set"),
            ("`credentials` is set", "`license_key` is set"),
            (
                "`oauth2.authorization.credentials`",
                "`oauth2.authorization.license_key`",
            ),
            ("`my_metrics_path`", "`my_metrics_path`"),
            ("`tls_config.ca_file` names", "`ca_file` names"),
            ("`oauth2.tls_config.ca_file`", "`oauth2.tls_config.ca_file`"),
            (
                "`basic_auth.password` is set",
                "`remoteWrite.basicAuth.password` is set",
            ),
            (
                "`/run/bearer_token` at https://h/bearer_token, and `bearer_token`",
                "`/run/bearer_token` at https://h/bearer_token, and `bearerTokenSecret`",
            ),
        ] {
            assert_eq!(spelling.put(native), here);
        }
    }
}
