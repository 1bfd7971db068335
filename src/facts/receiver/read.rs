//! Users' own profiles, which have the form of `rules/receivers/*.yaml`.

use super::profile::Profile;
use super::reader::{PROFILE_KEYS, PageNode, PageReader};
use crate::finding::Span;
use crate::yaml::{Mapping, Node};

/// What is wrong with a profile, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProfileError {
    /// Where in its file.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

/// Reads a profile. All that is wrong with it is reported at once.
///
/// # Errors
///
/// If a key is unknown, missing or of the wrong kind, or a pattern can't be read.
pub fn read_profile(node: Node<'_>) -> Result<Profile, Vec<ProfileError>> {
    // `receivers:` of a policy can name any file.
    if PROFILE_KEYS.iter().any(|key| node.get(key).is_some()) {
        node.document().text().recognize();
    }
    let mut reader = PageReader::new();
    let profile = reader.profile(node);
    let mut errors = reader.errors;
    for (text, error) in profile.check() {
        errors.push((find_text(node, &text), format!("{text}: {error}")));
    }
    if errors.is_empty() {
        return Ok(profile);
    }
    let error = |(node, message): (Node<'_>, String)| ProfileError {
        span: node.span(),
        message,
    };
    Err(errors.into_iter().map(error).collect())
}

impl PageNode for Node<'_> {
    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn number(self) -> Option<u16> {
        self.as_str()?.parse().ok()
    }

    fn flag(self) -> Option<bool> {
        self.scalar()?.as_bool()
    }

    fn get(self, key: &str) -> Option<Self> {
        Self::get(self, key)
    }

    fn entries(self) -> Option<Vec<(Self, Self)>> {
        let entries = self.mapping()?.entries();
        Some(entries.map(|entry| (entry.key, entry.value)).collect())
    }

    fn items(self) -> Option<Vec<Self>> {
        Some(self.sequence()?.iter().collect())
    }
}

/// The scalar that holds a text, for the place of an error.
fn find_text<'d>(node: Node<'d>, text: &str) -> Node<'d> {
    fn search<'d>(node: Node<'d>, text: &str) -> Option<Node<'d>> {
        if node.as_str() == Some(text) {
            return Some(node);
        }
        let values = node.mapping().into_iter().flat_map(Mapping::entries);
        let values = values.map(|entry| entry.value).chain(node.items());
        values.into_iter().find_map(|value| search(value, text))
    }
    search(node, text).unwrap_or(node)
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::read_profile;
    use crate::finding::Text;
    use crate::yaml::parse_first;

    fn document(source: &str) -> crate::yaml::Document {
        let text = Text::new("x.yaml", source.as_bytes().to_vec());
        parse_first(&text).unwrap()
    }

    #[test]
    fn the_build_reads_what_the_program_reads() {
        for profile in built_in() {
            let path = format!("rules/receivers/{}.yaml", profile.id);
            let document = document(&std::fs::read_to_string(path).unwrap());
            let read = read_profile(document.root().unwrap()).unwrap();
            assert_eq!(&read, profile, "{}", profile.id);
        }
    }

    #[test]
    fn what_is_wrong_is_reported_in_place() {
        for (source, token, words) in [
            ("name: X\nurls: http://<host>/x", "", "id is missing"),
            (
                "id: x\nname: X\nurls: http://<host>/x\ncolour: red",
                "colour",
                "unknown key",
            ),
            (
                "id: x\nname: X\nurls: 'http://<host>/[x'",
                "'http://<host>/[x'",
                "never closed",
            ),
            (
                "id: x\nname: X\nurls: u\ntls: maybe",
                "maybe",
                "one of public",
            ),
            (
                "id: x\nname: X\nurls: u\nparts: {a: {form: '[', is: x}}",
                "'['",
                "regular",
            ),
            (
                "id: x\nname: X\nurls: u\ncredentials: [magic]",
                "magic",
                "a credential is",
            ),
            (
                "id: x\nname: X\nurls: u\nprogram: {images: [{name: x, port: 1}], settings: {colour: {flag: a}}}",
                "colour",
                "one of port",
            ),
            (
                "id: x\nname: X\nurls: u\nprogram: {images: [{name: x, port: 1}], remote_write_2: new}",
                "new",
                "two numbers",
            ),
            (
                "id: x\nname: X\nurls: u\nrecognised: [{port: many}]",
                "many",
                "a port is",
            ),
        ] {
            let document = document(source);
            let errors = read_profile(document.root().unwrap()).unwrap_err();
            assert_eq!(errors.len(), 1, "{source}: {errors:?}");
            assert!(errors[0].message.contains(words), "{}", errors[0].message);
            let span = errors[0].span;
            if !token.is_empty() {
                assert_eq!(&source[span.start as usize..span.end as usize], token);
            }
        }
    }
}
