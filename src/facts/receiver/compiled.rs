//! The forms of a profile, read when they are first needed: most files never meet most receivers.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex_lite::Regex;

use super::pattern::{PatternError, UrlPattern};
use super::profile::{Profile, ProfileText, Tenant};
use super::shape::UrlForm;

/// The readied patterns of a profile. Two of them are always equal: they follow from the rest.
#[derive(Default)]
pub struct Lazy {
    forms: OnceLock<Ready>,
}

impl Lazy {
    /// Nothing is ready yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            forms: OnceLock::new(),
        }
    }
}

impl std::fmt::Debug for Lazy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lazy")
    }
}

impl PartialEq for Lazy {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The forms of a profile, ready to match.
pub(super) struct Ready {
    pub(super) shapes: Vec<UrlForm>,
    /// What stands for `{domain}`.
    pub(super) domain: String,
    forms: Vec<(String, OnceLock<Option<Regex>>)>,
}

/// `{domain}` is the domain by which a receiver was recognized.
pub(super) fn with_domain<'a>(text: &'a str, domain: &str) -> Cow<'a, str> {
    if text.contains("{domain}") {
        Cow::Owned(text.replace("{domain}", domain))
    } else {
        Cow::Borrowed(text)
    }
}

impl Ready {
    fn new(profile: &Profile, domain: &str) -> Result<Self, PatternError> {
        let shape = |text: &ProfileText| UrlForm::read(&with_domain(text, domain));
        let named = profile.parts.iter().filter(|part| part.form.is_some());
        Ok(Self {
            shapes: profile.urls.iter().map(shape).collect::<Result<_, _>>()?,
            domain: domain.to_owned(),
            forms: named
                .map(|part| (part.name.to_string(), OnceLock::new()))
                .collect(),
        })
    }

    /// Whether a text has the form of a part; any text does where the profile asks for none.
    pub(super) fn has_form(&self, profile: &Profile, name: &str, text: &str) -> bool {
        let Some((_, ready)) = self.forms.iter().find(|(one, _)| one == name) else {
            return true;
        };
        let read = || {
            let form = profile.part(name)?.form.as_deref()?;
            whole(form).ok()
        };
        ready
            .get_or_init(read)
            .as_ref()
            .is_none_or(|form| form.is_match(text))
    }
}

impl Tenant {
    /// Whether a text can be the name of a tenant.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        let form = self.form.as_deref().and_then(|form| whole(form).ok());
        form.is_none_or(|form| form.is_match(name))
    }
}

/// A regular expression for all of a text. The texts are a few letters long, for which automata
/// would take longer to build than all else that is done with an endpoint.
pub(super) fn whole(form: &str) -> Result<Regex, regex_lite::Error> {
    regex_lite::RegexBuilder::new(&format!("^(?:{form})$"))
        .size_limit(1 << 20)
        .build()
}

impl Profile {
    /// Runs something with the forms, readied for a domain if the profile speaks of
    /// one. Nothing is run if they can't be read, which [`Profile::check`] tells.
    pub(super) fn with_ready<T>(
        &self,
        domain: Option<&str>,
        run: impl FnOnce(&Ready) -> T,
    ) -> Option<T> {
        if let Some(domain) =
            domain.filter(|_| self.urls.iter().any(|url| url.contains("{domain}")))
        {
            return Some(run(&Ready::new(self, domain).ok()?));
        }
        if let Some(ready) = self.compiled.forms.get() {
            return Some(run(ready));
        }
        let ready = Ready::new(self, "").ok()?;
        Some(run(self.compiled.forms.get_or_init(|| ready)))
    }

    /// What in the profile can't be read: the text, and why.
    #[must_use]
    pub fn check(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        let mut note = |text: &str, error: Option<String>| {
            if let Some(error) = error {
                wrong.push((text.to_owned(), error));
            }
        };
        for url in self.urls.iter() {
            note(
                url,
                UrlForm::read(&with_domain(url, "a.b"))
                    .err()
                    .map(|e| e.to_string()),
            );
        }
        for clue in self.recognized.iter() {
            for host in clue.host.iter().chain(&clue.label) {
                note(host, UrlPattern::host(host).err().map(|e| e.to_string()));
            }
            for path in clue.path.iter() {
                note(path, UrlPattern::path(path).err().map(|e| e.to_string()));
            }
        }
        for path in self.remote_read.iter() {
            note(path, UrlPattern::path(path).err().map(|e| e.to_string()));
        }
        for mistake in self.mistakes.iter() {
            if let Some(url) = &mistake.suggest {
                note(url, UrlForm::read(url).err().map(|e| e.to_string()));
            }
            for host in mistake.host.iter() {
                note(host, UrlPattern::host(host).err().map(|e| e.to_string()));
            }
            for path in mistake.path.iter() {
                note(path, UrlPattern::path(path).err().map(|e| e.to_string()));
            }
        }
        let forms = self.parts.iter().filter_map(|part| part.form.as_ref());
        for form in forms.chain(&self.tenant.form) {
            note(
                form,
                whole(form)
                    .err()
                    .map(|_| "it is not a regular expression".to_owned()),
            );
        }
        wrong
    }
}
