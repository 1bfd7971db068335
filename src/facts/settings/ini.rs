//! Files of sections with lines `key = value`: as much of TOML as settings that are words or numbers
//! need.

use std::sync::Arc;

use crate::finding::{Place, Span, Text};

/// The lines of a file: section and key with a dot between them, value, and place.
#[derive(Debug)]
pub(super) struct Ini(Vec<(String, String, Place)>);

impl Ini {
    pub(super) fn read(text: &Arc<Text>) -> Self {
        let mut out = Vec::new();
        let mut section = String::new();
        let mut at = 0;
        for line in text.content().split_inclusive('\n') {
            let start = at;
            at += line.len();
            let trimmed = line.trim();
            if let Some(name) = trimmed.strip_prefix('[') {
                let name = name.split(']').next().unwrap_or_default();
                section = name.trim_start_matches('[').trim().to_owned();
                continue;
            }
            let Some((key, value)) = trimmed
                .split_once('=')
                .filter(|_| !trimmed.starts_with('#'))
            else {
                continue;
            };
            let value = value.trim();
            let value = match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next().unwrap_or_default(),
                None => value.split('#').next().unwrap_or_default().trim(),
            };
            let length = line.trim_end().len();
            let span = Span::new(start, start + length);
            out.push((
                format!("{section}.{}", key.trim()),
                value.to_owned(),
                Place::new(text, span),
            ));
        }
        Self(out)
    }

    /// A value by its section and key; of several the last.
    pub(super) fn get(&self, key: &str) -> Option<(&str, &Place)> {
        let mut lines = self.0.iter().rev();
        let (_, value, place) = lines.find(|(own, ..)| own == key)?;
        Some((value, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_section_and_key() {
        let source = "top = 1\n[http]\n  # auth-enabled = false\n  auth-enabled = true # yes\n  \
                      bind-address = \":8087\"\n[[graphite]]\nbind-address=\":2003\"\n";
        let ini = Ini::read(&Text::new("x.conf", source.as_bytes().to_vec()));
        let get = |key| {
            ini.get(key)
                .map(|(value, place)| (value, place.start().line))
        };
        assert_eq!(get("http.auth-enabled"), Some(("true", 4)));
        assert_eq!(get("http.bind-address"), Some((":8087", 5)));
        assert_eq!(get("graphite.bind-address"), Some((":2003", 7)));
        assert_eq!(get("http.none"), None);
    }
}
