//! The one reader of profiles: of those in `rules/receivers/*.yaml`, which the build script compiles
//! into tables, and of users' own, which the program reads. The build script includes this file,
//! so it knows nothing but the types of the tables and [`PageNode`].

mod program;

use std::borrow::Cow;

use super::compiled::Lazy;
use super::profile::{
    BadExample, Cause, Clue, Confidence, Credential, Mistake, MustBeGiven, Profile, ProfileList,
    ProfileText, ReceiverKind, Refusal, Refused, Tenant, TenantPlace, Tls, UrlPart, Version2,
};

/// A node of a page, by whichever parser.
pub(super) trait PageNode: Copy {
    fn text(&self) -> Option<&str>;
    fn number(self) -> Option<u16>;
    fn flag(self) -> Option<bool>;
    /// The value of a key, if it is a mapping that has it.
    fn get(self, key: &str) -> Option<Self>;
    /// Keys and values, if it is a mapping.
    fn entries(self) -> Option<Vec<(Self, Self)>>;
    /// The items, if it is a list.
    fn items(self) -> Option<Vec<Self>>;
}

/// Reads a page, and collects all that is wrong with it, and where.
pub(super) struct PageReader<N> {
    pub(super) errors: Vec<(N, String)>,
}

impl<N: PageNode> PageReader<N> {
    pub(super) const fn new() -> Self {
        Self { errors: Vec::new() }
    }

    pub(super) fn error(&mut self, node: N, message: String) {
        self.errors.push((node, message));
    }

    /// Reports keys that are none of those known.
    pub(super) fn keys(&mut self, node: N, known: &[&str]) {
        let Some(entries) = node.entries() else {
            self.error(
                node,
                format!("expected a mapping with the keys {}", known.join(", ")),
            );
            return;
        };
        for (key, _) in entries {
            let name = name(key);
            if !known.contains(&name.as_ref()) {
                self.error(
                    key,
                    format!("unknown key `{name}`; expected {}", known.join(", ")),
                );
            }
        }
    }

    fn maybe(&mut self, node: N, key: &str) -> Option<ProfileText> {
        let value = node.get(key)?;
        let text = value.text().map(owned);
        if text.is_none() {
            self.error(value, format!("{key} takes a text"));
        }
        text
    }

    pub(super) fn must(&mut self, node: N, key: &str) -> ProfileText {
        if node.get(key).is_none() {
            self.error(node, format!("{key} is missing"));
        }
        self.maybe(node, key).unwrap_or_default()
    }

    /// A list, or one item in place of a list.
    pub(super) fn many<T: Clone>(
        &mut self,
        node: N,
        key: &str,
        mut each: impl FnMut(&mut Self, N) -> Option<T>,
    ) -> ProfileList<T> {
        let Some(value) = node.get(key) else {
            return Cow::Borrowed(&[]);
        };
        match value.items() {
            Some(items) => items
                .into_iter()
                .filter_map(|item| each(self, item))
                .collect(),
            None => each(self, value).into_iter().collect(),
        }
    }

    pub(super) fn texts(&mut self, node: N, key: &str) -> ProfileList<ProfileText> {
        self.many(node, key, |reader, item| {
            let text = item.text().map(owned);
            if text.is_none() {
                reader.error(item, format!("{key} takes texts"));
            }
            text
        })
    }

    fn port(&mut self, node: N) -> Option<u16> {
        let port = node.number();
        if port.is_none() {
            self.error(node, "a port is a number from 1 to 65535".to_owned());
        }
        port
    }

    pub(super) fn flag(&mut self, node: N, key: &str) -> bool {
        let Some(value) = node.get(key) else {
            return false;
        };
        let flag = value.flag();
        if flag.is_none() {
            self.error(value, format!("{key} is true or false"));
        }
        flag == Some(true)
    }

    /// What a word of the table stands for; the first of the table if the key is missing or wrong.
    fn word<T: Copy>(&mut self, node: N, key: &str, words: &[(&str, T)]) -> Option<T> {
        let value = node.get(key)?;
        let found = words
            .iter()
            .find(|(word, _)| value.text() == Some(word))
            .map(|(_, found)| *found);
        if found.is_none() {
            let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.error(value, format!("{key} is one of {}", all.join(", ")));
        }
        found
    }

    pub(super) fn profile(&mut self, node: N) -> Profile {
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
            None => Cow::Borrowed(&[] as &[ProfileText]),
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
            recognized: self.many(node, "recognised", |reader, item| Some(reader.clue(item))),
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

    pub(super) fn clue(&mut self, node: N) -> Clue {
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

    fn parts(&mut self, node: N) -> ProfileList<UrlPart> {
        let Some(parts) = node.get("parts").and_then(N::entries) else {
            return Cow::Borrowed(&[]);
        };
        let mut all: Vec<UrlPart> = Vec::new();
        for (key, value) in parts {
            self.keys(value, &["form", "is"]);
            all.push(UrlPart {
                name: name(key),
                form: self.maybe(value, "form"),
                says: self.must(value, "is"),
            });
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Cow::Owned(all)
    }

    fn mistake(&mut self, node: N) -> Mistake {
        self.keys(node, MISTAKE_KEYS);
        self.mistake_of(node)
    }

    /// A mistake, whose keys may be more than those of a profile.
    pub(super) fn mistake_of(&mut self, node: N) -> Mistake {
        Mistake {
            id: ProfileText::default(),
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

    fn credential(&mut self, node: N) -> Option<Credential> {
        let plain = CREDENTIALS
            .iter()
            .find(|(word, _)| node.text() == Some(word));
        if let Some((_, credential)) = plain {
            return Some(credential.clone());
        }
        let entries = node.entries().unwrap_or_default();
        let named = match entries.as_slice() {
            [(key, value)] => value.text().map(|named| (key.text(), owned(named))),
            _ => None,
        };
        let found = match named {
            Some((Some("authorization"), name)) => Some(Credential::Authorization(name)),
            Some((Some("header"), name)) => Some(Credential::Header(name)),
            Some((Some("query"), name)) => Some(Credential::Query(name)),
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

    fn refusal(&mut self, node: N) -> Option<Refusal> {
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

    fn tenant(&mut self, node: N) -> Tenant {
        let none = Tenant {
            place: TenantPlace::None,
            name: ProfileText::default(),
            required: MustBeGiven::No,
            form: None,
            says: ProfileText::default(),
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

    fn bad(&mut self, node: N) -> Option<BadExample> {
        self.keys(node, &["url", "fault", "named"]);
        Some(BadExample {
            url: self.must(node, "url"),
            fault: self.must(node, "fault"),
            named: self.flag(node, "named"),
        })
    }
}

/// The text of a key.
fn name<N: PageNode>(key: N) -> ProfileText {
    key.text().map(owned).unwrap_or_default()
}

fn owned(text: &str) -> ProfileText {
    Cow::Owned(text.to_owned())
}

pub(super) const PROFILE_KEYS: &[&str] = &[
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

pub(super) const MISTAKE_KEYS: &[&str] = &[
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

const REQUIRED: &[(&str, MustBeGiven)] = &[
    ("yes", MustBeGiven::Yes),
    ("no", MustBeGiven::No),
    ("depends", MustBeGiven::Depends),
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
