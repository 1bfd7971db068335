//! Texts that a pattern matches, to try rules with.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{MOST_TEXTS, RelabelLists};
use crate::prometheus::RelabelRule;
use crate::run::LabelSet;

impl<'r, 'd> RelabelLists<'r, 'd> {
    /// Labels with which a rule does something.
    pub(super) fn assignments(&self, rule: &RelabelRule<'d>) -> Vec<LabelSet> {
        let texts = || self.texts(rule.regex);
        match &*rule.action {
            "labeldrop" | "labelkeep" | "labelmap" => {
                let one = |name: String| LabelSet::from([(name, "value".to_owned())]);
                texts().into_iter().map(one).collect()
            }
            "keepequal" | "dropequal" => {
                let names = rule.sources.iter().copied().chain(rule.target);
                let same = names.map(|name| (name.to_owned(), "same".to_owned()));
                vec![same.collect()]
            }
            _ => {
                let separator = rule.separator;
                let split = |text: String| -> Option<LabelSet> {
                    let parts: Vec<&str> = match rule.sources.len() {
                        1 => vec![&*text],
                        _ if separator.is_empty() => return None,
                        _ => text.split(separator).collect(),
                    };
                    let fits = parts.len() == rule.sources.len();
                    let pairs = rule.sources.iter().zip(parts);
                    let pairs = pairs.map(|(name, part)| ((*name).to_owned(), part.to_owned()));
                    fits.then(|| pairs.collect())
                };
                let mut out: Vec<_> = texts().into_iter().filter_map(split).collect();
                if out.is_empty() && !rule.sources.is_empty() {
                    let one = |name: &&str| ((*name).to_owned(), "value".to_owned());
                    out.push(rule.sources.iter().map(one).collect());
                }
                out
            }
        }
    }

    /// Texts that a pattern matches.
    pub(super) fn texts(&self, pattern: &str) -> Vec<String> {
        let Some(shape) = self.budget.read(pattern) else {
            return Vec::new();
        };
        let mut out = examples(&shape);
        out.retain(|text| !text.is_empty() && text.len() < 200);
        out
    }
}

/// Texts that a pattern matches, few and short.
pub(super) fn examples(shape: &Hir) -> Vec<String> {
    let mut out = match shape.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8_lossy(&literal.0).into_owned()],
        HirKind::Class(class) => vec![sign(class).to_string()],
        HirKind::Capture(inner) => examples(&inner.sub),
        HirKind::Repetition(inner) => {
            let count = inner.min.clamp(1, 16) as usize;
            examples(&inner.sub)
                .into_iter()
                .map(|text| text.repeat(count))
                .collect()
        }
        HirKind::Alternation(parts) => parts.iter().flat_map(examples).collect(),
        HirKind::Concat(parts) => {
            let parts: Vec<_> = parts.iter().map(examples).collect();
            let most = parts.iter().map(Vec::len).max().unwrap_or(0);
            let pick = |part: &Vec<String>, at: usize| {
                let text = part.get(at).or_else(|| part.first());
                text.cloned().unwrap_or_default()
            };
            (0..most)
                .map(|at| parts.iter().map(|part| pick(part, at)).collect())
                .collect()
        }
    };
    out.truncate(MOST_TEXTS);
    out
}

/// A sign of a class: a letter or a digit if one is in it.
pub(super) fn sign(class: &Class) -> char {
    let usual = ['x', 'a', '1', '0', 'X', 'A'];
    match class {
        Class::Unicode(class) => {
            let mut ranges = class.ranges().iter();
            let first = class.ranges().first().map(|range| range.start());
            let mut usual = usual.into_iter();
            let is_in = |c: &char| ranges.clone().any(|it| (it.start()..=it.end()).contains(c));
            let found = usual.find(is_in);
            _ = ranges.next();
            found.or(first).unwrap_or('x')
        }
        Class::Bytes(class) => {
            let first = class
                .ranges()
                .first()
                .map(|range| char::from(range.start()));
            first.unwrap_or('x')
        }
    }
}
