//! What the patterns of one file may cost.
//!
//! A pattern of twenty bytes can take megabytes and milliseconds to compile: `\w` is a class of 770
//! ranges, and a repetition copies what it repeats. So patterns are paid for before they are read
//! and before they are compiled, by the size of what they become. The budget belongs to a file,
//! whose patterns are read in their order: what it is spent on depends on nothing else.

use std::cell::Cell;

use promvet_text::work;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// What the patterns of a file may cost. 130 kB of `(\w{14}).*x` took 1.6 GiB without it, and take 70
/// MiB with it; two thousand usual patterns fit (see the tests).
const BUDGET: u64 = 1_000_000;

/// The bytes that a compiled pattern, and what is remembered while it is searched, may have: a tenth of what
/// the crate allows by default, since a file may have thousands.
const LARGEST: usize = 1 << 20;

/// How many names of labels the rules of a file may go through, beside what each rule that does so
/// brings with it. In a chain of `labelmap` each rule adds copies of all labels before it, under longer
/// names: 400 of them took six seconds. A job of Kubernetes knows some sixty labels by name.
const NAMES: u64 = 100_000;

/// How many more names each rule that goes through them may see, so that the work grows no faster
/// than the file.
const NAMES_OF_RULE: u64 = 1_000;

/// A budget for patterns, and for what they are held against.
#[derive(Debug)]
pub struct PatternBudget {
    left: Cell<u64>,
    names: Cell<u64>,
}

impl Default for PatternBudget {
    fn default() -> Self {
        Self {
            left: Cell::new(BUDGET),
            names: Cell::new(NAMES),
        }
    }
}

impl PatternBudget {
    /// Whether a pattern was refused because it costs too much.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.left.get() == 0
    }

    /// Reads a pattern; none if it can't be read, or costs too much.
    #[must_use]
    pub fn read(&self, pattern: &str) -> Option<Hir> {
        self.afford_text(pattern)?;
        parsed(pattern)
    }

    /// Pays for reading a pattern; none if it costs too much.
    #[must_use]
    pub(super) fn afford_text(&self, pattern: &str) -> Option<()> {
        self.pay(cost_of_text(pattern))
    }

    /// Compiles a pattern that was read; none if it costs too much.
    #[must_use]
    pub fn compile(&self, pattern: &str, shape: &Hir) -> Option<Regex> {
        self.afford(shape)?;
        compiled(pattern)
    }

    /// Pays for a walk over everything that a pattern repeats; none if it costs too much.
    #[must_use]
    pub fn afford(&self, shape: &Hir) -> Option<()> {
        self.pay(cost_of_shape(shape))
    }

    /// Pays for a rule that goes through names of labels; no if they are too many for one file.
    #[must_use]
    pub(super) fn affords_names(&self, cost: u64) -> bool {
        let left = self.names.get() + NAMES_OF_RULE;
        if cost > left {
            return false;
        }
        self.names.set(left - cost);
        work::count(usize::try_from(cost).unwrap_or(usize::MAX));
        true
    }

    fn pay(&self, cost: u64) -> Option<()> {
        let left = self.left.get();
        if cost > left {
            self.left.set(0);
            return None;
        }
        self.left.set(left - cost);
        work::count(usize::try_from(cost).unwrap_or(usize::MAX));
        Some(())
    }
}

/// Reads a pattern that was paid for.
pub(super) fn parsed(pattern: &str) -> Option<Hir> {
    regex_syntax::Parser::new().parse(pattern).ok()
}

/// Compiles a pattern that was paid for.
pub(super) fn compiled(pattern: &str) -> Option<Regex> {
    let mut builder = regex::RegexBuilder::new(pattern);
    builder.size_limit(LARGEST).dfa_size_limit(LARGEST);
    builder.build().ok()
}

/// What it costs to read a pattern: its length, and the ranges of the classes of Unicode that it
/// names (regex-syntax 0.8: `\w` has 771, `\d` 71, `\s` 10).
fn cost_of_text(pattern: &str) -> u64 {
    let mut cost = pattern.len() as u64;
    let mut bytes = pattern.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            continue;
        }
        cost += match bytes.next() {
            Some(b'w' | b'W' | b'p' | b'P') => 800,
            Some(b'd' | b'D') => 80,
            Some(b's' | b'S') => 20,
            _ => 0,
        };
    }
    cost
}

/// About how many steps the program of a pattern has.
pub(super) fn cost_of_shape(shape: &Hir) -> u64 {
    match shape.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => 1 + class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len() as u64,
        HirKind::Repetition(inner) => {
            let times = u64::from(inner.max.unwrap_or(inner.min).max(1));
            cost_of_shape(&inner.sub)
                .saturating_add(1)
                .saturating_mul(times)
        }
        HirKind::Capture(inner) => cost_of_shape(&inner.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            let costs = parts.iter().map(cost_of_shape);
            costs.fold(parts.len() as u64, u64::saturating_add)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The work for so many patterns of one file.
    fn work(pattern: &str, count: usize) -> (u64, bool) {
        let budget = PatternBudget::default();
        let ((), work) = work::of(|| {
            for _ in 0..count {
                if let Some(shape) = budget.read(pattern) {
                    let _ = budget.compile(pattern, &shape);
                }
            }
        });
        (work, budget.is_used_up())
    }

    #[test]
    fn patterns_cost_what_they_become_and_never_more_than_the_budget() {
        for pattern in [
            r"(\w{14}).*x1",
            r"(\w{100}){100}",
            r"\pL\pN\W\D",
            r"((a{100}){100}){100}",
            "(?:[a-z]{1000}){1000}",
        ] {
            let (once, _) = work(pattern, 1);
            let (many, used_up) = work(pattern, 2000);
            assert!(once > 0 && many <= BUDGET && used_up, "{pattern}: {many}");
        }
    }

    #[test]
    fn usual_patterns_fit_by_the_thousand() {
        for pattern in [
            "foo_.*",
            "(.+):\\d+",
            "go_gc_.*|process_.*|up",
            "__meta_kubernetes_pod_label_(.+)",
        ] {
            let (once, _) = work(pattern, 1000);
            let (twice, used_up) = work(pattern, 2000);
            assert!(!used_up, "{pattern}: {twice}");
            assert_eq!(twice, once * 2, "{pattern}");
        }
    }
}
