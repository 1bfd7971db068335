//! What of a text is secret, and the lists that excerpts and sentences need, made when they are
//! asked for.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Span, Text};
use crate::mask;

/// The secrets of a text that is handed in and is always the same one.
#[derive(Default)]
pub(super) struct Secrets {
    known: Mutex<MarkedSpans>,
    looks: OnceLock<Vec<Span>>,
}

/// The spans that were marked, and what follows from them.
#[derive(Default)]
struct MarkedSpans {
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
            // A rule marks each secret that it reports: the list of those by their look is made once.
            if known
                .masked
                .as_ref()
                .is_some_and(|masked| !covers(masked, span))
            {
                known.masked = None;
            }
            known.needles = None;
            known.words = None;
        }
    }

    /// The spans that were marked, ascending.
    pub(super) fn marked(&self) -> Vec<Span> {
        self.known().marked.iter().copied().collect()
    }

    /// The spans that look like secrets.
    pub(super) fn looks(&self, text: &Text) -> &[Span] {
        self.looks
            .get_or_init(|| mask::lexical_secrets(text.content()))
    }

    /// The marked spans and those that look like secrets, ascending, overlaps joined.
    pub(super) fn masked(&self, text: &Text) -> Arc<[Span]> {
        let looks = self.looks(text);
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
        let masked = self.masked(text);
        let mut known = self.known();
        let shows_words = text.shows_words();
        let made = match shows_words {
            true => &known.needles,
            false => &known.words,
        };
        if let Some(made) = made {
            return Arc::clone(made);
        }
        // A secret that was marked inside of something larger, such as a block that looks like a
        // key, is one by itself too.
        let joined: HashSet<Span> = masked.iter().copied().collect();
        let is_within =
            |span: &Span| !joined.contains(span) && !mask::is_variable(text.slice(*span));
        let within = known.marked.iter().copied().filter(is_within);
        let spans: Vec<Span> = masked.iter().copied().chain(within).collect();
        let made = Arc::new(match shows_words {
            true => mask::Needles::new(text, &spans),
            false => mask::Needles::of_all(text, &spans),
        });
        let place = match shows_words {
            true => &mut known.needles,
            false => &mut known.words,
        };
        *place = Some(Arc::clone(&made));
        made
    }

    fn known(&self) -> MutexGuard<'_, MarkedSpans> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether one of some spans, which are ascending and apart, holds another one.
fn covers(spans: &[Span], span: Span) -> bool {
    let behind = spans.partition_point(|other| other.start <= span.start);
    let before = behind.checked_sub(1).and_then(|at| spans.get(at));
    before.is_some_and(|before| span.end <= before.end)
}
