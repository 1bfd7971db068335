//! The words in which the schema is written down: sections, keys, types, and the versions that
//! brought or removed them.
//!
//! The tables are constants; nothing is built when promvet starts.

use super::check::Check;
use super::index::SectionIndex;
use super::version::Version;

/// A section: a mapping whose keys are known.
pub struct Struct {
    /// What Prometheus calls it.
    pub name: &'static str,
    /// Its own keys.
    pub fields: &'static [Field],
    /// Sections whose keys are among its own.
    pub inline: &'static [Inline],
    /// What its keys cannot say one by one.
    pub checks: &'static [Check],
    /// What becomes of null where a list has such sections.
    pub null_item: NullItem,
    /// What is worked out of all that when it is first asked for.
    pub index: SectionIndex,
}

/// What becomes of a null item in a list of sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullItem {
    /// It is a section in which everything is zero.
    Zero,
    /// Prometheus rejects it.
    Refused,
    /// Prometheus dies of it.
    Crash,
}

/// What counts for a key that is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDefault {
    /// A value, as it would be written.
    Value(&'static str),
    /// What a key of `global` has.
    OfGlobal(&'static str),
}

impl KeyDefault {
    /// The value, if it is known without the rest of the file.
    #[must_use]
    pub fn value(self) -> Option<&'static str> {
        match self {
            Self::Value(text) => Some(text),
            Self::OfGlobal(_) => None,
        }
    }

    /// The key of `global` that it is.
    #[must_use]
    pub fn of_global(self) -> Option<&'static str> {
        match self {
            Self::Value(_) => None,
            Self::OfGlobal(key) => Some(key),
        }
    }
}

/// A key of a section.
#[derive(Clone, Copy)]
pub struct Field {
    /// How it is written in the file.
    pub key: &'static str,
    /// What it takes.
    pub ty: Type,
    /// Whether it has to be there.
    pub required: Required,
    /// When it has to be there, if that depends on something else.
    pub needed: Option<&'static str>,
    /// What counts if it is absent, in Prometheus 3.14; none for Go's zero value.
    pub default: Option<KeyDefault>,
    /// The first release that knows it.
    pub since: Version,
    /// The first release that no longer knows it.
    pub removed: Option<Version>,
    /// Since when it should not be used any more, and what takes its place.
    pub deprecated: Option<(Version, &'static str)>,
    /// The key that takes its place and means the same.
    pub successor: Option<&'static str>,
    /// Whether it is accepted only by accident.
    /// Go embeds structs, so that keys of the embedded one are accepted where they do nothing.
    pub accidental: bool,
    /// The feature flag that it needs.
    pub flag: Option<&'static str>,
    /// What else is worth knowing.
    pub note: Option<&'static str>,
}

/// Whether a key has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// It may be absent.
    No,
    /// It must be there and not null; empty text passes.
    Present,
    /// It must be there and not empty.
    Filled,
}

/// Keys of another section that are among those of a section.
pub struct Inline {
    /// The other section.
    pub of: &'static Struct,
    /// The first release in which they are here.
    pub since: Version,
    /// Keys that came here later than the rest.
    pub later: &'static [(&'static str, Version)],
    /// Whether the checks of the other section run here.
    pub checked: bool,
}

/// What a key takes.
#[derive(Clone, Copy)]
pub enum Type {
    /// An unquoted boolean of YAML 1.1.
    Bool,
    /// A signed integer of 64 bits, unquoted.
    Int,
    /// An unsigned integer of 64 bits, unquoted.
    Uint,
    /// A number, unquoted.
    Float,
    /// Any scalar, taken as its source text.
    Text,
    /// Text that is never shown.
    Secret,
    /// `1h30m`
    Duration,
    /// `512MB`
    ByteSize,
    /// An address that is parsed while the file is decoded.
    Url,
    /// Text that a check parses as an address.
    UrlText,
    /// `host:port`
    HostPort,
    /// A regular expression as Go's RE2 reads it.
    Regex,
    /// The name of a label.
    LabelName,
    /// The value of a label.
    LabelValue,
    /// The name of a label, or a template of one with `$1`.
    LabelTemplate,
    /// Text with references to groups, such as `$1`.
    Template,
    /// The name of an HTTP header.
    HeaderName,
    /// A UUID; checked by the section that it is in.
    Uuid,
    /// A Kubernetes label selector; checked by the section that it is in.
    LabelSelector,
    /// A Kubernetes field selector; checked by the section that it is in.
    FieldSelector,
    /// Whatever YAML can say.
    Any,
    /// The path of a file, or a pattern of paths.
    File(Reference, Base),
    /// One of a set of words.
    Enum(&'static Enum),
    /// Items of one type.
    List(&'static Self),
    /// Keys that the user chooses, and values.
    Map(&'static Self, &'static Self),
    /// A mapping with known keys.
    Section(&'static Struct),
}

/// What kind of file a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A password, a token or another secret.
    Credential,
    /// Certificates of authorities.
    Ca,
    /// What a client or a server shows of itself.
    Certificate,
    /// The private key of a certificate.
    Key,
    /// A kubeconfig.
    Kubeconfig,
    /// Rule files, by a pattern.
    Rules,
    /// Files of scrape jobs, by a pattern.
    ScrapeConfigs,
    /// Files of targets, by a pattern.
    Targets,
    /// A file that Prometheus writes.
    Log,
}

/// What a relative path is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The folder of the configuration file.
    Config,
    /// The folder in which Prometheus was started.
    Process,
}

/// A set of words.
pub struct Enum {
    /// What it is called.
    pub name: &'static str,
    /// The words.
    pub words: &'static [Word],
    /// Whether upper and lower case are the same.
    pub any_case: bool,
    /// Whether the empty text passes.
    pub empty: bool,
    /// Who compares: the value's own decoder, or a check of the section, which may come later
    /// or not at all.
    pub by: By,
}

/// Who compares a value with a set of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The decoder of the value, which null never reaches.
    Decoder,
    /// The section's own check: null, and absent without a default, count as empty text.
    Section,
    /// A check that is written out in `checks`, and that looks at every value of the key since a
    /// release, if one is named; before, and otherwise, only where the key has an effect.
    Check(Option<Version>),
}

/// A word of a set.
#[derive(Clone, Copy)]
pub struct Word {
    /// The word.
    pub text: &'static str,
    /// The first release that knows it.
    pub since: Version,
    /// The first release that no longer knows it.
    pub removed: Option<Version>,
}

/// A key that takes a value of a type, known since 2.0.0.
pub const fn key(key: &'static str, ty: Type) -> Field {
    Field {
        key,
        ty,
        required: Required::No,
        needed: None,
        default: None,
        since: Version::OLDEST,
        removed: None,
        deprecated: None,
        successor: None,
        accidental: false,
        flag: None,
        note: None,
    }
}

impl Field {
    /// The first release that knows the key.
    #[must_use]
    pub const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Version::new(major, minor, patch);
        self
    }

    /// The first release that no longer knows the key.
    #[must_use]
    pub const fn removed(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.removed = Some(Version::new(major, minor, patch));
        self
    }

    /// The key must be there and not empty.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = Required::Filled;
        self
    }

    /// The key must be there and not null.
    #[must_use]
    pub const fn present(mut self) -> Self {
        self.required = Required::Present;
        self
    }

    /// When the key has to be there; a check of the section sees to it.
    #[must_use]
    pub const fn needed(mut self, when: &'static str) -> Self {
        self.needed = Some(when);
        self
    }

    /// What counts if the key is absent.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(KeyDefault::Value(value));
        self
    }

    /// The key of `global` that counts if the key is absent.
    #[must_use]
    pub const fn inherits(mut self, key: &'static str) -> Self {
        self.default = Some(KeyDefault::OfGlobal(key));
        self
    }

    /// Since when the key should not be used any more, and what takes its place.
    #[must_use]
    pub const fn deprecated(
        mut self,
        major: u16,
        minor: u16,
        patch: u16,
        instead: &'static str,
    ) -> Self {
        self.deprecated = Some((Version::new(major, minor, patch), instead));
        self
    }

    /// The key that takes its place and means the same.
    #[must_use]
    pub const fn successor(mut self, key: &'static str) -> Self {
        self.successor = Some(key);
        self
    }

    /// The key is accepted only by accident and does nothing.
    #[must_use]
    pub const fn accidental(mut self) -> Self {
        self.accidental = true;
        self
    }

    /// The feature flag that the key needs.
    #[must_use]
    pub const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    /// What else is worth knowing.
    #[must_use]
    pub const fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

/// Keys of another section that are among those of a section.
pub const fn inline(of: &'static Struct) -> Inline {
    Inline {
        of,
        since: Version::OLDEST,
        later: &[],
        checked: true,
    }
}

impl Inline {
    /// The first release in which they are here.
    #[must_use]
    pub const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Version::new(major, minor, patch);
        self
    }

    /// Keys that came here later than the rest.
    #[must_use]
    pub const fn later(mut self, keys: &'static [(&'static str, Version)]) -> Self {
        self.later = keys;
        self
    }

    /// Prometheus does not run the checks of the other section here.
    #[must_use]
    pub const fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }
}

/// A word that is known since 2.0.0.
pub const fn word(text: &'static str) -> Word {
    Word {
        text,
        since: Version::OLDEST,
        removed: None,
    }
}

impl Word {
    /// The first release that knows the word.
    #[must_use]
    pub const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Version::new(major, minor, patch);
        self
    }

    /// The first release that no longer knows the word.
    #[must_use]
    pub const fn removed(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.removed = Some(Version::new(major, minor, patch));
        self
    }

    /// Whether a release knows the word.
    #[must_use]
    pub fn known(&self, version: Version) -> bool {
        self.since <= version && self.removed.is_none_or(|removed| version < removed)
    }
}

/// A key as written in one section.
#[derive(Clone, Copy)]
pub struct WrittenKey {
    /// The key.
    pub field: &'static Field,
    /// The first release that knows it in this section.
    pub since: Version,
}

impl WrittenKey {
    /// Whether a release knows the key here.
    #[must_use]
    pub fn known(self, version: Version) -> bool {
        self.since <= version && self.field.removed.is_none_or(|removed| version < removed)
    }
}

impl Struct {
    /// All keys, those of other sections included.
    #[must_use]
    pub fn all(&'static self) -> Vec<WrittenKey> {
        let mut all = Vec::new();
        self.each(&mut |found| all.push(found));
        all
    }

    /// Calls `each` with every key, those of other sections included.
    pub fn each(&'static self, each: &mut dyn FnMut(WrittenKey)) {
        for field in self.fields {
            each(WrittenKey {
                field,
                since: field.since,
            });
        }
        for inline in self.inline {
            inline.of.each(&mut |found| each(inline.placed(found)));
        }
    }

    /// All checks, those of the sections whose keys are among its own first.
    /// The order in which Go runs them: `UnmarshalYAML` of the embedded struct first, so that its
    /// message comes first.
    pub(super) fn all_checks(&'static self, each: &mut dyn FnMut(Check)) {
        for inline in self.inline.iter().filter(|inline| inline.checked) {
            inline.of.all_checks(each);
        }
        for check in self.checks {
            each(*check);
        }
    }
}

impl Inline {
    fn placed(&self, found: WrittenKey) -> WrittenKey {
        let later = self.later.iter().find(|(key, _)| *key == found.field.key);
        let since = later.map_or(self.since, |&(_, since)| since);
        WrittenKey {
            since: found.since.max(since),
            ..found
        }
    }
}
