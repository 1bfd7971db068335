//! What rules write: values of labels, and names.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use md5::{Digest as _, Md5};

use super::super::RelabelRule;
use super::super::expand::{beginning, constant, expand, without_groups};
use super::super::labels::{KnownLabelValue, MOST_TEXTS};
use super::super::pattern::RelabelPattern;
use super::{Effect, Interpreter, MatchReason, Matches};
use crate::schema::Version;
use crate::yaml::Node;

impl<'r, 'd> Interpreter<'r, 'd> {
    /// `replace`.
    /// Imitates the case `Replace` of `relabel.relabel`: "If there is no match no replacement must
    /// take place."
    pub(super) fn replace(&mut self, rule: &'r RelabelRule<'d>, matches: &Matches) {
        let Some(target) = rule
            .target
            .filter(|_| !matches!(matches, Matches::Never(_)))
        else {
            return;
        };
        if self.replace_known(rule, target, matches).is_some() {
            return;
        }
        let Some(name) = constant(target) else {
            self.weaken(&beginning(target));
            return;
        };
        let value = self.replacement(rule);
        match matches {
            Matches::Always(_) => self.set(&name, value),
            _ => self.may_set(&name, value),
        }
    }

    /// The same where the values of the source labels are known.
    fn replace_known(
        &mut self,
        rule: &RelabelRule<'d>,
        target: &'d str,
        matches: &Matches,
    ) -> Option<()> {
        let of_lines = self.of_lines(rule);
        let pattern = match &of_lines {
            Some(of_lines) => of_lines.as_ref()?,
            None => rule.pattern()?,
        };
        let values = self.known_values(rule)?;
        // Each of them was held against the pattern before.
        let is_matched = matches!(matches, Matches::Always(MatchReason::Known(_)));
        // Most replacements are constants, for which no group need be found.
        let (of_all, value_of_all) = (constant(target), constant(rule.replacement));
        let needs_groups = of_all.is_none() || value_of_all.is_none();
        // Before 2.50 an empty replacement deleted the label that is called like the target as
        // written, `$1` included (`relabel.relabel`, `lb.Del(cfg.TargetLabel)`).
        let expands = self.semantics.release >= Version::new(2, 50, 0);
        let mut written: BTreeMap<Cow<'_, str>, BTreeSet<String>> = BTreeMap::new();
        let mut unmatched = false;
        for text in values.iter() {
            if !is_matched && !pattern.matches(text) {
                unmatched = true;
                continue;
            }
            let groups = match needs_groups {
                true => Some(pattern.captures(text, self.budget)?),
                false => None,
            };
            let made = |constant: &Option<Cow<'d, str>>, template| match (constant, &groups) {
                (Some(text), _) => text.clone(),
                (None, Some(groups)) => Cow::Owned(expand(template, groups)),
                (None, None) => Cow::default(),
            };
            let name = made(&of_all, target);
            // `relabel.relabel` checks the name once it is expanded, and sets nothing if it is not
            // one.
            if !self.semantics.is_name(&name) {
                unmatched = true;
                continue;
            }
            let value = made(&value_of_all, rule.replacement);
            let name = match value.is_empty() && !expands {
                true => Cow::Borrowed(target),
                false => name,
            };
            written.entry(name).or_default().insert(value.into_owned());
        }
        let surely = written.len() == 1 && !unmatched;
        for (name, values) in written {
            let value = KnownLabelValue::one_of(Arc::new(values));
            match surely {
                true => self.set(&name, value),
                false => self.may_set(&name, value),
            }
        }
        Some(())
    }

    /// What the replacement of a rule becomes where its pattern matches values that are not known.
    fn replacement(&self, rule: &RelabelRule<'d>) -> KnownLabelValue {
        if let Some(text) = constant(rule.replacement) {
            return KnownLabelValue::only(text);
        }
        let groups = rule.pattern().map(RelabelPattern::groups);
        if let Some(text) = groups.and_then(|groups| without_groups(rule.replacement, groups)) {
            return KnownLabelValue::only(text);
        }
        let copies = matches!(rule.replacement, "$1" | "${1}" | "$0" | "${0}");
        let pattern = rule.pattern().filter(|_| copies);
        let whole =
            pattern.filter(|pattern| pattern.groups() == 1 && pattern.matches_all_but_empty());
        match (whole, &*rule.sources) {
            (Some(pattern), [one]) => match self.labels.get(one) {
                KnownLabelValue::Any if !pattern.matches("") => KnownLabelValue::Present,
                value => value,
            },
            _ if !beginning(rule.replacement).is_empty() => KnownLabelValue::Present,
            _ => KnownLabelValue::Any,
        }
    }

    /// `hashmod`, `lowercase`, `uppercase`: what matches is not asked.
    /// Imitates the cases `HashMod`, `Lowercase` and `Uppercase` of `relabel.relabel`, which read no
    /// pattern and set the target always.
    pub(super) fn set_target(
        &mut self,
        rule: &RelabelRule<'d>,
        value: KnownLabelValue,
    ) -> (Matches, Effect) {
        if let Some(target) = rule.target {
            self.set(target, value);
        }
        (Matches::Sometimes, Effect::Other)
    }

    /// What `hashmod` writes.
    pub(super) fn hashmod(&self, rule: &RelabelRule<'d>) -> KnownLabelValue {
        let modulus = rule.node.get("modulus").and_then(Node::as_str);
        let Some(modulus) = modulus.and_then(|text| text.parse().ok()) else {
            return KnownLabelValue::Present;
        };
        let written = |value: &String| Some(remainder(value, modulus)?.to_string());
        let values = self.known_values(rule);
        let written: Option<BTreeSet<_>> =
            values.and_then(|values| values.iter().map(written).collect());
        match written {
            Some(texts) => KnownLabelValue::one_of(Arc::new(texts)),
            None => remainders(modulus),
        }
    }

    pub(super) fn cased<I>(&self, rule: &RelabelRule<'d>, case: fn(char) -> I) -> KnownLabelValue
    where
        I: Iterator<Item = char>,
    {
        let convert = |text: &String| text.chars().map(|sign| one_for_one(sign, case)).collect();
        match self.known_values(rule) {
            Some(values) => KnownLabelValue::one_of(Arc::new(values.iter().map(convert).collect())),
            None => KnownLabelValue::Any,
        }
    }

    /// `labelmap`: copies labels whose names match; the originals stay.
    /// Imitates the case `LabelMap` of `relabel.relabel`. Its `ReplaceAllString` replaces once, since
    /// the pattern is anchored at both ends.
    pub(super) fn map_names(&mut self, rule: &RelabelRule<'d>) -> (Matches, Effect) {
        let known: Vec<_> = self
            .labels
            .known()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        let pattern = rule.pattern();
        let mut copies: BTreeMap<String, Vec<KnownLabelValue>> = BTreeMap::new();
        if let Some(pattern) = pattern {
            for (name, value) in known {
                let Some(captures) = pattern.captures(&name, self.budget) else {
                    // Whether it matches is known even where its groups cost too much.
                    if pattern.matches(&name) {
                        self.weaken(&beginning(rule.replacement));
                    }
                    continue;
                };
                let to = expand(rule.replacement, &captures);
                copies.entry(to).or_default().push(value);
            }
        }
        // Which of two copies onto one name wins is not defined.
        for (name, values) in copies {
            let surely = values.iter().any(KnownLabelValue::is_present);
            let copied = values
                .into_iter()
                .map(KnownLabelValue::if_present)
                .reduce(KnownLabelValue::or);
            match copied {
                Some(value) if surely => self.set(&name, value),
                Some(value) => self.may_set(&name, value),
                None => {}
            }
        }
        if pattern.is_none() || self.labels.has_others() {
            match (constant(rule.replacement), beginning(rule.replacement)) {
                (Some(name), _) => self.may_set(&name, KnownLabelValue::Any),
                // What users name does not begin with two underscores: labels and annotations of
                // Kubernetes begin with a letter or digit, and so do tags of clouds.
                (None, start) if start.is_empty() => {
                    self.labels.weaken_plain();
                    self.passed.clear();
                }
                (None, start) => self.weaken(&start),
            }
        }
        (Matches::Sometimes, Effect::Other)
    }

    /// `labeldrop` and `labelkeep`.
    /// Imitates the cases `LabelDrop` and `LabelKeep` of `relabel.relabel`.
    pub(super) fn filter_names(
        &mut self,
        rule: &RelabelRule<'d>,
        keeps: bool,
    ) -> (Matches, Effect) {
        // A label that is dropped has the empty value from here on, so that what earlier rules prove
        // of its value no longer holds.
        self.passed.clear();
        match rule.pattern() {
            Some(pattern) => self.labels.filter(pattern, keeps),
            None => self.labels.doubt(),
        }
        (Matches::Sometimes, Effect::Other)
    }
}

/// The remainders that `hashmod` can leave of values that are not known.
fn remainders(modulus: u64) -> KnownLabelValue {
    match usize::try_from(modulus) {
        Ok(modulus @ 1..=MOST_TEXTS) => KnownLabelValue::OneOf(Arc::new(
            (0..modulus).map(|rest| rest.to_string()).collect(),
        )),
        _ => KnownLabelValue::Present,
    }
}

/// The remainder of one value: of the last eight bytes of its MD5 (`relabel.relabel`, 2.0 and later).
fn remainder(value: &str, modulus: u64) -> Option<u64> {
    let hash: [u8; 16] = Md5::digest(value.as_bytes()).into();
    let (_, last) = hash.split_last_chunk::<8>()?;
    u64::from_be_bytes(*last).checked_rem(modulus)
}

/// A letter in another case, as `unicode.ToLower` and `ToUpper` of Go 1.22 have it: one for one.
fn one_for_one<I: Iterator<Item = char>>(sign: char, case: fn(char) -> I) -> char {
    let mut cased = case(sign);
    match (cased.next(), cased.next()) {
        (Some(one), None) => one,
        // The dotted capital I is the one whose lower case takes two signs.
        (Some('i'), Some(_)) => 'i',
        _ => sign,
    }
}
