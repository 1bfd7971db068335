//! What sets a key of a configuration from outside of its file: commands that edit it, flags and values of Helm.

use memchr::memmem;

use super::Facts;
use super::scripts::Script;
use crate::finding::{Place, Span};

/// Keys of credentials, as configurations and values of charts have them.
const CREDENTIALS: &[&str] = &[
    "basic_auth",
    "basicAuth",
    "authorization",
    "bearer_token",
    "bearerToken",
    "sigv4",
    "azuread",
    "azureAd",
    "oauth2",
];

/// The section that the keys are in.
const SECTIONS: &[&str] = &["remote_write", "remoteWrite"];

/// What sets a key by its path: `yq`, `jq`, Helm, Flux, Terraform, patches.
const SETTERS: &[&str] = &[
    "yq ",
    "jq ",
    "--set",
    "set {",
    "set_sensitive",
    "targetPath",
    "yamlencode",
    "jsonencode",
    "\"op\"",
    "op: ",
];

/// What adds lines to a file.
const APPENDS: &[&str] = &[">>", "tee -a", "blockinfile", "lineinfile"];

/// How many lines before a key what sets it may begin: `yamlencode` and patches take some.
const NEAR: usize = 12;

impl Facts<'_> {
    /// Where something sets a credential of the configuration at `shown`.
    #[must_use]
    pub fn credential_elsewhere(&self, shown: &str) -> Option<Place> {
        self.set_elsewhere(shown, CREDENTIALS)
    }

    /// Where something sets one of some keys of its entries.
    #[must_use]
    pub fn set_elsewhere(&self, shown: &str, keys: &[&str]) -> Option<Place> {
        let name = shown.rsplit('/').next().unwrap_or(shown);
        let all = self.scripts().all();
        let edited = all
            .iter()
            .find_map(|script| edited(script, shown, name, keys));
        edited.or_else(|| {
            all.iter()
                .find_map(|script| laid_over(script, name, keys, all))
        })
    }
}

/// Where a script sets one of the keys.
fn edited(script: &Script, shown: &str, name: &str, keys: &[&str]) -> Option<Place> {
    let content = script.text.content();
    let is_own = **script.text.path() == *shown;
    keys.iter().find_map(|key| {
        let mut found = memmem::find_iter(content.as_bytes(), key.as_bytes());
        found.find_map(|at| {
            let lines = lines_before(content, at);
            let has = |words: &[&str]| words.iter().any(|word| lines.contains(word));
            let is_set = match is_own {
                // A release names what it takes from elsewhere beside its values.
                true => lines.lines().next_back()?.contains("targetPath"),
                false if !script.is_run => false,
                false => has(SECTIONS) && has(SETTERS) || has(APPENDS) && lines.contains(name),
            };
            is_set.then(|| Place::new(&script.text, Span::new(at, at + key.len())))
        })
    })
}

/// Where a command lays other values over those of a file, which set one of the keys or are not in the tree.
fn laid_over(script: &Script, name: &str, keys: &[&str], all: &[Script]) -> Option<Place> {
    let content = script.text.content();
    let mut found =
        memmem::find_iter(content.as_bytes(), name.as_bytes()).filter(|_| script.is_run);
    found.find_map(|at| {
        let start = content.get(..at)?;
        let begin = start
            .rfind("helm")
            .filter(|from| is_one_command(content.get(*from..at)))?;
        let rest = content.get(begin..)?;
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            end += line.len();
            if !line.trim_end().ends_with('\\') {
                break;
            }
        }
        let command = rest.get(..end)?;
        let mut words = command.split(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
        let is_values = |word: &&str| word.ends_with(".yaml") || word.ends_with(".yml");
        let may_set = |word: &str| {
            let other = word.rsplit('/').next().unwrap_or(word);
            let mut known = all
                .iter()
                .filter(|one| one.text.path().rsplit('/').next() == Some(other))
                .peekable();
            let sets = |one: &Script| keys.iter().any(|key| one.text.content().contains(key));
            other != name && (known.peek().is_none() || known.any(sets))
        };
        let is_laid = words.any(|word| is_values(&word) && may_set(word));
        is_laid.then(|| Place::new(&script.text, Span::new(at, at + name.len())))
    })
}

/// Whether the lines of a text are those of one command.
fn is_one_command(text: Option<&str>) -> bool {
    let Some((before, _)) = text.and_then(|text| text.rsplit_once('\n')) else {
        return text.is_some();
    };
    before.lines().all(|line| line.trim_end().ends_with('\\'))
}

/// The line of a place up to its end, with some before it.
fn lines_before(content: &str, at: usize) -> &str {
    let bytes = content.as_bytes();
    let end = memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default());
    let end = end.map_or(content.len(), |end| at + end);
    let before = bytes.get(..at).unwrap_or_default();
    let begin = memchr::memrchr_iter(b'\n', before)
        .nth(NEAR)
        .map_or(0, |at| at + 1);
    content.get(begin..end).unwrap_or_default()
}
