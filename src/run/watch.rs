//! How far a run is and where its time goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use crate::finding::most_bytes_alive;
use crate::rules::Timings;
use crate::yaml::texts_read;

/// A stage of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WatchStage {
    /// Asking git for trees.
    Git,
    /// Walking folders and reading policies.
    Find,
    /// Reading files and recognizing what is in them.
    Read,
    /// Drawing facts and running the rules.
    Judge,
    /// Writing reports.
    Report,
}

/// Every stage with what is said while it runs and behind its time.
const STAGES: &[(WatchStage, &str, &str)] = &[
    (WatchStage::Git, "asking git", "asking git"),
    (WatchStage::Find, "looking for files", "finding files"),
    (WatchStage::Read, "reading", "reading and recognizing them"),
    (WatchStage::Judge, "checking", "checking configurations"),
    (WatchStage::Report, "writing", "writing reports"),
];

/// What a run counts and measures on its way.
#[derive(Debug, Default)]
pub struct RunStats {
    /// Nanoseconds by stage, in the order of [`STAGES`].
    spent: [AtomicU64; STAGES.len()],
    now: AtomicUsize,
    done: AtomicUsize,
    total: AtomicUsize,
    files: AtomicU64,
    bytes: AtomicU64,
    judged: AtomicU64,
    schema: AtomicU64,
    rules: Option<Timings>,
}

impl RunStats {
    /// One that measures rules too, if `rules` says so: that costs time itself.
    #[must_use]
    pub(crate) fn new(rules: bool) -> Arc<Self> {
        Arc::new(Self {
            rules: rules.then(Timings::default),
            ..Self::default()
        })
    }

    /// Does the work of a stage, which has `total` steps; 0 if no one knows.
    pub(crate) fn stage<T>(&self, stage: WatchStage, total: usize, work: impl FnOnce() -> T) -> T {
        let index = STAGES.iter().position(|(one, ..)| *one == stage);
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.now.store(index.unwrap_or(0), Ordering::Relaxed);
        let spent = index.and_then(|index| self.spent.get(index));
        match spent {
            Some(spent) => measured(spent, work),
            None => work(),
        }
    }

    /// Notes that a step is done.
    pub(crate) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a file was read.
    pub(crate) fn read(&self, bytes: usize) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Notes that a file is judged.
    pub(crate) fn judged(&self) {
        self.judged.fetch_add(1, Ordering::Relaxed);
    }

    /// Does the work of the schema.
    pub(crate) fn schema<T>(&self, work: impl FnOnce() -> T) -> T {
        match self.rules {
            Some(_) => measured(&self.schema, work),
            None => work(),
        }
    }

    /// Where the time of each rule goes, if that is measured.
    pub(crate) fn rules(&self) -> Option<&Timings> {
        self.rules.as_ref()
    }

    /// What happens now, such as `checking 12 of 90`.
    pub(crate) fn line(&self) -> String {
        let stage = STAGES.get(self.now.load(Ordering::Relaxed));
        let (done, total) = (
            self.done.load(Ordering::Relaxed),
            self.total.load(Ordering::Relaxed),
        );
        let words = stage.map_or("", |(_, words, _)| words);
        match total {
            0 => format!("promvet: {words}"),
            _ => format!("promvet: {words} {done} of {total}"),
        }
    }

    /// The figures and the times, for `--stats`.
    pub(crate) fn stats(&self) -> String {
        let (texts, left) = texts_read();
        let mut out = format!(
            "promvet: {} files, {} bytes read; {texts} texts parsed, {left} of them by the slower parser; {} \
             judged\n\
             promvet: at most {} bytes of texts at once\n\n\
             Time by stage:\n",
            self.files.load(Ordering::Relaxed),
            self.bytes.load(Ordering::Relaxed),
            self.judged.load(Ordering::Relaxed),
            most_bytes_alive()
        );
        for ((_, _, words), spent) in STAGES.iter().zip(&self.spent) {
            let nanos = spent.load(Ordering::Relaxed);
            if nanos > 0 {
                out.push_str(&timed(nanos, words));
            }
        }
        let Some(rules) = &self.rules else {
            return out;
        };
        let schema = ("schema", self.schema.load(Ordering::Relaxed));
        let mut rules: Vec<_> = rules.by_rule().chain([schema]).collect();
        rules.retain(|(_, nanos)| *nanos > 0);
        rules.sort_by_key(|(name, nanos)| (std::cmp::Reverse(*nanos), *name));
        out.push_str("\nTime by rule, of all threads together:\n");
        for (name, nanos) in rules {
            out.push_str(&timed(nanos, name));
        }
        out
    }
}

fn measured<T>(spent: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    spent.fetch_add(nanos, Ordering::Relaxed);
    done
}

/// A line with a time in milliseconds.
fn timed(nanos: u64, words: &str) -> String {
    let micros = nanos / 1000;
    format!("{:>8}.{:03} ms  {words}\n", micros / 1000, micros % 1000)
}
