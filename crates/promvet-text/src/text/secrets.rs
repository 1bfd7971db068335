//! What of a text is secret, and the lists that excerpts and sentences need, made when they are
//! asked for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Span, Text};
use crate::mask;

/// The secrets of a text that is handed in and is always the same one.
#[derive(Default)]
pub(super) struct Secrets {
    known: Mutex<Known>,
    looks: OnceLock<Vec<Span>>,
}

/// The spans that were marked, and what follows from them.
#[derive(Default)]
struct Known {
    marked: BTreeSet<Span>,
    masked: Option<Arc<[Span]>>,
    needles: Option<Arc<mask::Needles>>,
    /// All words, where none may be repeated.
    words: Option<Arc<mask::Needles>>,
}

impl Secrets {
    /// Notes that a span holds a secret.
    pub(super) fn mark(&self, span: Span) {
        let mut known = self.known();
        if !span.is_empty() && known.marked.insert(span) {
            known.masked = None;
            known.needles = None;
            known.words = None;
        }
    }

    /// The spans that were marked, ascending.
    pub(super) fn marked(&self) -> Vec<Span> {
        self.known().marked.iter().copied().collect()
    }

    /// The marked spans and those that look like secrets, ascending, overlaps joined.
    pub(super) fn masked(&self, text: &Text) -> Arc<[Span]> {
        let looks = self
            .looks
            .get_or_init(|| mask::lexical_secrets(text.content()));
        let mut known = self.known();
        if let Some(masked) = &known.masked {
            return Arc::clone(masked);
        }
        let spans = known.marked.iter().chain(looks).copied();
        let spans = spans.filter(|&span| !mask::is_variable(text.slice(span)));
        let masked: Arc<[Span]> = mask::joined(spans).into();
        known.masked = Some(Arc::clone(&masked));
        masked
    }

    /// The texts of what is masked.
    pub(super) fn needles(&self, text: &Text) -> Arc<mask::Needles> {
        if !text.shows_words() {
            let masked = self.masked(text);
            let mut known = self.known();
            let of_all = || Arc::new(mask::Needles::of_all(text, &masked));
            return Arc::clone(known.words.get_or_insert_with(of_all));
        }
        let masked = self.masked(text);
        let mut known = self.known();
        let needles = &mut known.needles;
        Arc::clone(needles.get_or_insert_with(|| Arc::new(mask::Needles::new(text, &masked))))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
