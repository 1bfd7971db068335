//! What is reported about a place.

use std::borrow::Cow;

use super::{Action, Advice, Applicability, KeySteps, Message, Place, Span};

/// How bad a finding is. The order is the order of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It will fail unless something that promvet can't see helps.
    Warning,
    /// It will fail, and the evidence is in hand.
    Error,
}

impl Severity {
    /// The word used in every format.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|severity| severity.word() == word)
    }
}

/// A second place that proves a finding, with a sentence.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Where.
    pub place: Place,
    /// What it shows.
    pub message: String,
}

/// A change of bytes that would put a finding right.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What the change does.
    pub title: String,
    /// Spans of the finding's own file and what replaces them, ascending, without overlap.
    pub edits: Vec<(Span, String)>,
    /// Whether it keeps the meaning.
    pub safe: bool,
    /// The list or mapping that it takes an entry out of, and how many that has: changes that leave
    /// none there cannot be made together.
    pub from: Option<(Span, usize)>,
}

/// One thing that a rule has to say.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's name, such as `remote-write/url-shape`.
    pub rule: Cow<'static, str>,
    /// Which of the rule's faults it is: a short word that is part of the fingerprint, empty where the
    /// rule reports one fault only. The words of the message are not part of it, and it holds nothing
    /// of a secret.
    pub kind: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what will happen.
    pub message: Message,
    /// What to do about it.
    pub advice: Option<Advice>,
    /// The exact token.
    pub place: Place,
    /// The whole value, where the token is a part of it: what the fingerprint is made of.
    pub whole: Option<Place>,
    /// The path of keys, such as `remote_write[0].url`.
    pub logical: String,
    /// The path of keys with list items named by job, name or URL: part of the fingerprint.
    pub identity: String,
    /// Other places that prove it.
    pub evidence: Vec<Evidence>,
    /// A change that would put it right.
    pub fix: Option<Fix>,
    /// Why there is no such change although the advice is one.
    pub unfixed: Option<String>,
}

impl Finding {
    /// A finding about a place, of no key and without advice or proof.
    #[must_use]
    pub fn new(
        rule: impl Into<Cow<'static, str>>,
        severity: Severity,
        place: Place,
        message: impl Into<Message>,
    ) -> Self {
        Self {
            rule: rule.into(),
            kind: Cow::Borrowed(""),
            severity,
            message: message.into(),
            advice: None,
            place,
            whole: None,
            logical: String::new(),
            identity: String::new(),
            evidence: Vec::new(),
            fix: None,
            unfixed: None,
        }
    }

    /// Every place that it is about.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let proofs = self.evidence.iter_mut().map(|proof| &mut proof.place);
        let whole = self.whole.iter_mut();
        std::iter::once(&mut self.place).chain(whole).chain(proofs)
    }

    /// Says which of the rule's faults it is.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<Cow<'static, str>>) -> Self {
        self.kind = kind.into();
        self
    }

    /// Says which value its token is a part of, or is.
    #[must_use]
    pub fn within(mut self, whole: Place) -> Self {
        let (outer, token) = (whole.span(), self.place.span());
        let is_part = outer.start <= token.start && token.end <= outer.end;
        self.whole = is_part.then_some(whole);
        self
    }

    /// The same of a key: its path, and the path that the fingerprint is made of.
    #[must_use]
    pub fn of_key(mut self, logical: impl Into<String>, identity: impl Into<String>) -> Self {
        self.logical = logical.into();
        self.identity = identity.into();
        self
    }

    /// The keys that lead to what it is about.
    #[must_use]
    pub fn keys(&self) -> KeySteps<'_> {
        KeySteps::of(&self.logical)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, advice: impl Into<Advice>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds what to do about it, and the change that it is: edits of the finding's own file.
    #[must_use]
    pub fn changed_by(mut self, advice: Advice) -> Self {
        if let Action::Edit(edits) = advice.action() {
            self.fix = Some(Fix {
                title: advice.help().into_owned(),
                edits: edits.clone(),
                safe: advice.applicability() == Applicability::Safe,
                from: None,
            });
        }
        self.advice = Some(advice);
        self
    }

    /// Takes its change back, and says why.
    pub fn withhold(&mut self, why: &str) {
        if self.fix.take().is_some() {
            self.unfixed = Some(why.to_owned());
        }
    }

    /// The help line.
    #[must_use]
    pub fn help_line(&self) -> Option<Cow<'_, str>> {
        self.advice.as_ref().map(Advice::help)
    }

    /// Adds a proof.
    #[must_use]
    pub fn evidence(mut self, place: Place, message: impl Into<String>) -> Self {
        self.evidence.push(Evidence {
            place,
            message: message.into(),
        });
        self
    }

    /// What findings are sorted by: path, place, rule, message.
    #[must_use]
    pub fn order(&self) -> (&str, u32, u32, &str, &str) {
        let (path, start, end) = self.place.order();
        (path, start, end, &self.rule, &self.message)
    }
}

/// A place that could not be judged.
#[derive(Clone, Debug)]
pub struct Unchecked {
    /// Where.
    pub place: Place,
    /// The path of keys, such as `remote_write[0].bearer_token_file`.
    pub logical: String,
    /// Why not.
    pub reason: String,
    /// What would settle it.
    pub settle: Option<String>,
    /// The reason as a value, where something is decided by it; the sentence is only shown.
    pub cause: Option<UncheckedCause>,
}

/// A reason that something is decided by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UncheckedCause {
    /// A program that sends is recognized, and not read.
    Unread {
        /// What it is called, such as `a configuration of Vector`.
        noun: String,
        /// It is a command line that names a file, which may be read by itself.
        names_file: bool,
    },
    /// The condition of the custom rule of this name can't be evaluated here.
    RuleFailed(String),
    /// Whether the custom rule of this name applies here is not known.
    RuleUndecided(String),
}

impl UncheckedCause {
    /// That a program is recognized, and not read.
    #[must_use]
    pub fn unread(noun: &str) -> Self {
        Self::Unread {
            noun: noun.to_owned(),
            names_file: false,
        }
    }
}
