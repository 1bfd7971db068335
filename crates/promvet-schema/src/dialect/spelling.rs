//! Native keys in the words of a dialect.

use std::collections::BTreeMap;

/// How native keys are written in one text.
#[derive(Clone, Debug, Default)]
pub struct Spelling {
    keys: BTreeMap<&'static str, &'static str>,
    refused: Option<&'static str>,
}

/// What native rules say of the consequence.
/// Native rules end their messages with it, so that one replacement serves all of them.
const REFUSED: &str = "Prometheus refuses the file";

impl Spelling {
    /// One that replaces what the rules say of the consequence.
    #[must_use]
    pub fn new(refused: &'static str) -> Self {
        Self {
            keys: BTreeMap::new(),
            refused: Some(refused),
        }
    }

    /// Adds the name that a native key has here. The first one counts.
    pub fn add(&mut self, native: &'static str, written: &'static str) {
        let last = native.rsplit('.').next().unwrap_or(native);
        // A key of the same name needs no translation, so that the map stays small.
        if last != written {
            self.keys.entry(last).or_insert(written);
        }
    }

    /// The name that a native key has here.
    #[must_use]
    pub fn of<'k>(&self, native: &'k str) -> &'k str {
        self.keys.get(native).copied().unwrap_or(native)
    }

    /// A sentence in the words of the dialect. Only words with an underscore are keys for sure;
    /// others are so between backticks. Parts of URLs and paths (`/api/v1/remote_write`) are none.
    #[must_use]
    pub fn put(&self, sentence: &str) -> String {
        let mut out = String::with_capacity(sentence.len());
        let mut quoted = false;
        let mut rest = sentence;
        while let Some(first) = rest.chars().next() {
            if is_part(first) {
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                let in_path = out.ends_with(OF_URLS) || behind.starts_with(OF_URLS);
                let is_key = !in_path && (quoted || word.contains('_'));
                let here = if is_key { self.of(word) } else { word };
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
        match self.refused {
            Some(refused) => out.replace(REFUSED, refused),
            None => out,
        }
    }
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
        let mut spelling = Spelling::new("the Operator refuses it");
        spelling.add("bearer_token", "bearerTokenSecret");
        spelling.add("global.scrape_interval", "interval");
        spelling.add("metrics_path", "path");
        spelling.add("url", "url");
        spelling.add("basic_auth.password", "remoteWrite.basicAuth.password");
        for (native, here) in [
            ("`bearer_token`: too long", "`bearerTokenSecret`: too long"),
            ("scrape_interval is 0", "interval is 0"),
            ("`my_metrics_path`", "`my_metrics_path`"),
            (
                "`basic_auth.password` is set",
                "`remoteWrite.basicAuth.password` is set",
            ),
            (
                "`/run/bearer_token` at https://h/bearer_token, and `bearer_token`",
                "`/run/bearer_token` at https://h/bearer_token, and `bearerTokenSecret`",
            ),
            (
                "a; Prometheus refuses the file",
                "a; the Operator refuses it",
            ),
        ] {
            assert_eq!(spelling.put(native), here);
        }
    }
}
