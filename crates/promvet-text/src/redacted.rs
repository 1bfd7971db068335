//! What is said, without the secrets of the texts that it is about.

use std::ops::Deref;

use super::{Advice, Evidence, Finding, Place, Unchecked, UncheckedCause};

/// Something that is said about places, in sentences that may repeat a part of their texts.
pub trait Sentences {
    /// The places that it is about.
    fn places(&self) -> Vec<Place>;

    /// Every text of it that was made from the input.
    fn sentences(&mut self) -> Vec<&mut String>;
}

/// A value whose sentences passed through the mask of the texts that they are about.
///
/// Reports take nothing else. It can only be made here, by masking, and cannot be changed
/// afterwards, so a report that shows a sentence unmasked does not compile:
///
/// ```compile_fail,E0308
/// # use promvet_text::{Finding, Redacted};
/// fn report(finding: &Redacted<Finding>) -> &str {
///     &finding.message
/// }
/// fn leak(finding: &Finding) -> &str {
///     report(finding)
/// }
/// ```
///
/// A value cannot be declared masked either:
///
/// ```compile_fail,E0423
/// # use promvet_text::{Finding, Redacted};
/// fn leak(finding: Finding) -> Redacted<Finding> {
///     Redacted(finding)
/// }
/// ```
///
/// Masking is the only way:
///
/// ```
/// # use promvet_text::{Finding, Place, Redacted, Severity, Span, Text};
/// let text = Text::recognized("x.yml", b"password: hunter2-hunter2".to_vec());
/// let place = Place::new(&text, Span::new(0, 8));
/// let finding = Finding::new("a/b", Severity::Error, place, "`hunter2-hunter2` is short");
/// assert_eq!(Redacted::new(finding).message, "`[redacted]` is short");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted<T>(T);

impl<T: Sentences> Redacted<T> {
    /// Masks all sentences of a value.
    #[must_use]
    pub fn new(mut said: T) -> Self {
        let mut places: Vec<Place> = Vec::new();
        // Each text once: a finding may have hundreds of places in one, and as many sentences.
        for place in said.places() {
            if !places.iter().any(|other| other.is_of_text_of(&place)) {
                places.push(place);
            }
        }
        for sentence in said.sentences() {
            for place in &places {
                redact(place, sentence);
            }
        }
        Self(said)
    }
}

impl Redacted<String> {
    /// Masks a sentence about a place.
    #[must_use]
    pub fn sentence(place: &Place, mut sentence: String) -> Self {
        redact(place, &mut sentence);
        Self(sentence)
    }
}

fn redact(place: &Place, sentence: &mut String) {
    *sentence = place.redact(std::mem::take(sentence));
}

impl<T> Deref for Redacted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Sentences for Finding {
    fn places(&self) -> Vec<Place> {
        let proofs = self.evidence.iter().map(|proof| proof.place.clone());
        std::iter::once(self.place.clone()).chain(proofs).collect()
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        std::iter::once(self.message.text_mut())
            .chain(self.advice.iter_mut().map(Advice::sentence))
            .chain(self.evidence.iter_mut().map(|proof| &mut proof.message))
            .chain(self.fix.iter_mut().map(|fix| &mut fix.title))
            // Paths of keys hold what was taken for a key: `password:SECRET`.
            .chain([&mut self.logical, &mut self.identity])
            .collect()
    }
}

impl Sentences for Evidence {
    fn places(&self) -> Vec<Place> {
        vec![self.place.clone()]
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        vec![&mut self.message]
    }
}

impl Sentences for Unchecked {
    fn places(&self) -> Vec<Place> {
        vec![self.place.clone()]
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        let noun = match &mut self.cause {
            Some(UncheckedCause::Unread { noun, .. }) => Some(noun),
            _ => None,
        };
        let sentences = [&mut self.reason, &mut self.logical].into_iter();
        sentences.chain(&mut self.settle).chain(noun).collect()
    }
}
