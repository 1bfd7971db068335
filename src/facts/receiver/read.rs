//! Profiles read at run time: users write them in the form of `rules/receivers/*.yaml`.
//!
//! The build reads the same form with serde; a test holds both readers together.

mod program;

use std::borrow::Cow;

use super::compiled::Lazy;
use super::profile::{
    BadExample, Cause, Clue, Confidence, Credential, List, Mistake, Part, Profile, ReceiverKind,
    Refusal, Refused, Required, Tenant, TenantPlace, Text, Tls, Version2,
};
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
    let mut reader = Reader { errors: Vec::new() };
    let profile = reader.profile(node);
    for (text, error) in profile.check() {
        reader.error(find_text(node, &text), format!("{text}: {error}"));
    }
    if reader.errors.is_empty() {
        Ok(profile)
    } else {
        Err(reader.errors)
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

struct Reader {
    errors: Vec<ProfileError>,
}

impl Reader {
    fn error(&mut self, node: Node<'_>, message: String) {
        self.errors.push(ProfileError {
            span: node.span(),
            message,
        });
    }

    /// Reports keys that are none of those known.
    fn keys(&mut self, node: Node<'_>, known: &[&str]) {
        let Some(mapping) = node.mapping() else {
            self.error(node, format!("here belong the keys {}", known.join(", ")));
            return;
        };
        for entry in mapping.entries() {
            if !known.contains(&entry.name()) {
                let message = format!("`{}` is none of {}", entry.name(), known.join(", "));
                self.error(entry.key, message);
            }
        }
    }

    fn maybe(&mut self, node: Node<'_>, key: &str) -> Option<Text> {
        let value = node.get(key)?;
        let text = value.as_str();
        if text.is_none() {
            self.error(value, format!("{key} takes a text"));
        }
        text.map(owned)
    }

    fn must(&mut self, node: Node<'_>, key: &str) -> Text {
        if node.get(key).is_none() {
            self.error(node, format!("{key} is missing"));
        }
        self.maybe(node, key).unwrap_or_default()
    }

    /// A list, or one item in place of a list.
    fn many<T: Clone>(
        &mut self,
        node: Node<'_>,
        key: &str,
        mut each: impl FnMut(&mut Self, Node<'_>) -> Option<T>,
    ) -> List<T> {
        let Some(value) = node.get(key) else {
            return Cow::Borrowed(&[]);
        };
        match value.sequence() {
            Some(list) => list.iter().filter_map(|item| each(self, item)).collect(),
            None => each(self, value).into_iter().collect(),
        }
    }

    fn texts(&mut self, node: Node<'_>, key: &str) -> List<Text> {
        self.many(node, key, |reader, item| {
            let text = item.as_str();
            if text.is_none() {
                reader.error(item, format!("{key} takes texts"));
            }
            text.map(owned)
        })
    }

    fn port(&mut self, node: Node<'_>) -> Option<u16> {
        let port = node.as_str().and_then(|text| text.parse().ok());
        if port.is_none() {
            self.error(node, "a port is a number from 1 to 65535".to_owned());
        }
        port
    }

    fn flag(&mut self, node: Node<'_>, key: &str) -> bool {
        let Some(value) = node.get(key) else {
            return false;
        };
        let flag = value.scalar().and_then(|scalar| scalar.as_bool());
        if flag.is_none() {
            self.error(value, format!("{key} is true or false"));
        }
        flag == Some(true)
    }

    /// What a word of the table stands for; the first of the table if the key is missing or wrong.
    fn word<T: Copy>(&mut self, node: Node<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let value = node.get(key)?;
        let found = words
            .iter()
            .find(|(word, _)| value.as_str() == Some(word))
            .map(|(_, found)| *found);
        if found.is_none() {
            let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.error(value, format!("{key} is one of {}", all.join(", ")));
        }
        found
    }

    fn profile(&mut self, node: Node<'_>) -> Profile {
        self.keys(node, PROFILE_KEYS);
        let name = self.must(node, "name");
        if node.get("urls").is_none() {
            self.error(node, "urls is missing".to_owned());
        }
        let examples = node.get("examples");
        if let Some(examples) = examples {
            self.keys(examples, &["good", "bad"]);
        }
        let texts_of = |reader: &mut Self, key| match examples {
            Some(examples) => reader.texts(examples, key),
            None => Cow::Borrowed(&[] as &[Text]),
        };
        let good = texts_of(self, "good");
        let bad = match examples {
            Some(examples) => self.many(examples, "bad", Self::bad),
            None => Cow::Borrowed(&[] as &[BadExample]),
        };
        Profile {
            id: self.must(node, "id"),
            short: self.maybe(node, "short").unwrap_or_else(|| name.clone()),
            name,
            kind: self
                .word(node, "kind", KINDS)
                .unwrap_or(ReceiverKind::SelfHosted),
            confidence: self
                .word(node, "confidence", CONFIDENCES)
                .unwrap_or(Confidence::High),
            recognised: self.many(node, "recognised", |reader, item| Some(reader.clue(item))),
            urls: self.texts(node, "urls"),
            parts: self.parts(node),
            mistakes: self.many(node, "mistakes", |reader, item| Some(reader.mistake(item))),
            credentials: self.many(node, "credentials", Self::credential),
            refuses: self.many(node, "refuses", Self::refusal),
            tenant: self.tenant(node),
            tls: self.word(node, "tls", TLS).unwrap_or(Tls::Private),
            remote_write_2: self
                .word(node, "remote_write_2", VERSIONS)
                .unwrap_or(Version2::Unknown),
            remote_read: self.texts(node, "remote_read"),
            external_labels: self.texts(node, "external_labels"),
            notes: self.texts(node, "notes"),
            program: node.get("program").map(|program| self.program(program)),
            good,
            bad,
            sources: self.texts(node, "sources"),
            own: false,
            compiled: Lazy::new(),
        }
    }

    fn clue(&mut self, node: Node<'_>) -> Clue {
        self.keys(node, CLUE_KEYS);
        Clue {
            host: self.maybe(node, "host"),
            path: self.maybe(node, "path"),
            port: node.get("port").and_then(|port| self.port(port)),
            word: self.maybe(node, "word"),
            label: self.maybe(node, "label"),
            image: self.maybe(node, "image"),
            tag: self.maybe(node, "tag"),
            domain: self.flag(node, "domain"),
            telling: self.flag(node, "telling"),
        }
    }

    fn parts(&mut self, node: Node<'_>) -> List<Part> {
        let Some(parts) = node.get("parts").and_then(Node::mapping) else {
            return Cow::Borrowed(&[]);
        };
        let mut all: Vec<Part> = Vec::new();
        for entry in parts.entries() {
            self.keys(entry.value, &["form", "is"]);
            all.push(Part {
                name: owned(entry.name()),
                form: self.maybe(entry.value, "form"),
                says: self.must(entry.value, "is"),
            });
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Cow::Owned(all)
    }

    fn mistake(&mut self, node: Node<'_>) -> Mistake {
        self.keys(node, MISTAKE_KEYS);
        Mistake {
            id: Text::default(),
            scheme: self.maybe(node, "scheme"),
            host: self.texts(node, "host"),
            port: self.many(node, "port", Self::port),
            no_port: self.flag(node, "no_port"),
            path: self.texts(node, "path"),
            query: self.texts(node, "query"),
            says: self.must(node, "says"),
            suggest: self.maybe(node, "suggest"),
            cause: self.word(node, "cause", CAUSES).unwrap_or_default(),
            except: Cow::Borrowed(&[]),
        }
    }

    fn credential(&mut self, node: Node<'_>) -> Option<Credential> {
        let word = node.as_str();
        let plain = CREDENTIALS.iter().find(|(one, _)| word == Some(one));
        if let Some((_, credential)) = plain {
            return Some(credential.clone());
        }
        let entries: Vec<_> = node
            .mapping()
            .into_iter()
            .flat_map(Mapping::entries)
            .collect();
        let named = match entries.as_slice() {
            [entry] => entry.value.as_str().map(|name| (entry.name(), owned(name))),
            _ => None,
        };
        let found = match named {
            Some(("authorization", name)) => Some(Credential::Authorization(name)),
            Some(("header", name)) => Some(Credential::Header(name)),
            Some(("query", name)) => Some(Credential::Query(name)),
            _ => None,
        };
        if found.is_none() {
            let words: Vec<_> = CREDENTIALS.iter().map(|(word, _)| *word).collect();
            let words = words.join(", ");
            let message = format!(
                "a credential is one of {words}, or has the key authorization, header or query"
            );
            self.error(node, message);
        }
        found
    }

    fn refusal(&mut self, node: Node<'_>) -> Option<Refusal> {
        self.keys(node, &["credentials", "header", "setting", "says"]);
        let says = self.must(node, "says");
        let credential = node.get("credentials");
        let what = credential
            .and_then(|credential| Some(Refused::Credential(self.credential(credential)?)))
            .or_else(|| self.maybe(node, "header").map(Refused::Header))
            .or_else(|| self.maybe(node, "setting").map(Refused::Setting));
        if what.is_none() {
            let message = "a refusal names credentials, a header or a setting".to_owned();
            self.error(node, message);
        }
        Some(Refusal { what: what?, says })
    }

    fn tenant(&mut self, node: Node<'_>) -> Tenant {
        let none = Tenant {
            place: TenantPlace::None,
            name: Text::default(),
            required: Required::No,
            form: None,
            says: Text::default(),
        };
        let Some(node) = node.get("tenant") else {
            return none;
        };
        self.keys(node, &["in", "name", "required", "form", "says"]);
        Tenant {
            place: self.word(node, "in", PLACES).unwrap_or(none.place),
            name: self.must(node, "name"),
            required: self
                .word(node, "required", REQUIRED)
                .unwrap_or(none.required),
            form: self.maybe(node, "form"),
            says: self.maybe(node, "says").unwrap_or_default(),
        }
    }

    fn bad(&mut self, node: Node<'_>) -> Option<BadExample> {
        self.keys(node, &["url", "fault", "named"]);
        Some(BadExample {
            url: self.must(node, "url"),
            fault: self.must(node, "fault"),
            named: self.flag(node, "named"),
        })
    }
}

fn owned(text: &str) -> Text {
    Cow::Owned(text.to_owned())
}

const PROFILE_KEYS: &[&str] = &[
    "id",
    "name",
    "short",
    "kind",
    "confidence",
    "recognised",
    "urls",
    "parts",
    "mistakes",
    "credentials",
    "refuses",
    "tenant",
    "tls",
    "remote_write_2",
    "remote_read",
    "external_labels",
    "notes",
    "program",
    "examples",
    "sources",
];

const CLUE_KEYS: &[&str] = &[
    "host", "path", "port", "word", "label", "image", "tag", "domain", "telling",
];

const MISTAKE_KEYS: &[&str] = &[
    "scheme", "host", "port", "no_port", "path", "query", "says", "suggest", "cause",
];

const KINDS: &[(&str, ReceiverKind)] = &[
    ("saas", ReceiverKind::Saas),
    ("self_hosted", ReceiverKind::SelfHosted),
    ("adapter", ReceiverKind::Adapter),
];

const CONFIDENCES: &[(&str, Confidence)] = &[
    ("low", Confidence::Low),
    ("medium", Confidence::Medium),
    ("high", Confidence::High),
];

const CAUSES: &[(&str, Cause)] = &[
    ("shape", Cause::Shape),
    ("scheme", Cause::Scheme),
    ("redirect", Cause::Redirect),
    ("secret", Cause::Secret),
];

const TLS: &[(&str, Tls)] = &[
    ("public", Tls::Public),
    ("private", Tls::Private),
    ("depends", Tls::Depends),
];

const VERSIONS: &[(&str, Version2)] = &[
    ("no", Version2::No),
    ("opt_in", Version2::OptIn),
    ("yes", Version2::Yes),
    ("required", Version2::Required),
    ("unknown", Version2::Unknown),
];

const PLACES: &[(&str, TenantPlace)] = &[
    ("none", TenantPlace::None),
    ("host", TenantPlace::Host),
    ("header", TenantPlace::Header),
    ("path", TenantPlace::Path),
    ("query", TenantPlace::Query),
    ("token", TenantPlace::Token),
    ("username", TenantPlace::Username),
];

const REQUIRED: &[(&str, Required)] = &[
    ("yes", Required::Yes),
    ("no", Required::No),
    ("depends", Required::Depends),
];

const CREDENTIALS: &[(&str, Credential)] = &[
    ("none", Credential::None),
    ("bearer", Credential::Bearer),
    ("basic_auth", Credential::BasicAuth),
    ("oauth2", Credential::OAuth2),
    ("sigv4", Credential::SigV4),
    ("azuread", Credential::AzureAd),
    ("google_iam", Credential::GoogleIam),
    ("client_certificate", Credential::ClientCertificate),
];

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
    fn both_readers_read_the_same() {
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
                "none of",
            ),
            (
                "id: x\nname: X\nurls: 'http://<host>/[x'",
                "'http://<host>/[x'",
                "closing",
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
