//! What a list of rules does to labels that are partly known
//! (`model/relabel/relabel.go` of Prometheus, `relabel`).

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use promvet_syntax::label;

use super::RelabelRule;
use super::expand::{beginning, constant, expand};
use super::labels::{Labels, MOST_TEXTS, Texts, Value};
use super::pattern::Pattern;
use super::signs;
use crate::prometheus::patterns::PatternBudget;
use crate::schema::Version;
use crate::yaml::Node;

/// What differs between releases.
#[derive(Clone, Copy, Debug)]
pub struct Semantics {
    /// The release.
    pub release: Version,
    /// Whether names of labels are letters, digits and underscores only.
    pub legacy_names: bool,
}

impl Semantics {
    /// Those of a release.
    #[must_use]
    pub fn of(release: Version) -> Self {
        Self {
            release,
            // Prometheus 3.0 made `model.UTF8Validation` the default.
            legacy_names: release < Version::new(3, 0, 0),
        }
    }

    fn is_name(self, name: &str) -> bool {
        match self.legacy_names {
            true => label::legacy_name(name).is_ok(),
            false => label::utf8_name(name).is_ok(),
        }
    }
}

/// Why a rule surely matches, or surely does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The pattern matches any text.
    AnyText,
    /// The pattern matches any text but the empty one, and the value is not empty.
    AnyValue,
    /// The pattern matches the empty text only, and the value is not empty.
    OnlyEmpty,
    /// There are no source labels, so that the value is empty.
    NoSources,
    /// No source label exists.
    Absent,
    /// The value is one of these.
    Known(Texts),
    /// Earlier rules leave these values only.
    Left(Texts),
    /// An earlier rule does not keep what the pattern matches.
    NotKept(BTreeSet<String>),
    /// An earlier rule drops what the pattern matches.
    Dropped(BTreeSet<String>),
    /// An earlier rule keeps the same, or only what begins or ends otherwise.
    Earlier,
    /// The pattern lacks the separator between the labels.
    Separator,
    /// The pattern needs a character that none of the labels can have.
    Foreign(char),
    /// The value is a list that begins and ends with its separator, and the pattern does not.
    Edges(String),
    /// Two labels are compared, and they are surely the same, or surely not.
    Compared,
}

/// Whether a rule matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matches {
    /// Whatever the labels are.
    Always(Reason),
    /// Whatever the labels are, it does not.
    Never(Reason),
    /// It depends.
    Sometimes,
}

/// What a rule does to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing is left.
    DropsAll,
    /// It is there to drop, and never does.
    DropsNothing,
    /// It is there to choose, and keeps all.
    KeepsAll,
    /// It is there to set a label, and never does.
    SetsNothing,
    /// Anything else.
    Other,
}

/// What one rule comes to.
#[derive(Clone, Debug)]
pub struct Step {
    /// Whether it matches, for actions that look at values.
    pub matches: Matches,
    /// What it does to all.
    pub effect: Effect,
    /// Which source labels surely do not exist before it, by their order.
    pub absent: Vec<usize>,
    /// Whether it is a `labeldrop` or `labelmap` whose pattern is the name of no label here.
    pub names_nothing: bool,
}

/// How many comparisons are made for one list: every rule is compared with all those before it that
/// look at the same, which for a list that a machine wrote could take hours. Long texts count for
/// several. What is left is not said.
const MOST_TRIES: usize = 1_000_000;

/// What a rule looks at: labels, and the separator between them where there are several.
type Look<'d> = (Vec<&'d str>, &'d str);

/// Goes through a list.
#[derive(Debug)]
pub struct Interpreter<'r, 'd> {
    labels: Labels,
    semantics: Semantics,
    budget: &'r PatternBudget,
    /// What rules so far have kept (true) and dropped, whose labels have not changed since.
    passed: HashMap<Look<'d>, Vec<(&'r Pattern, bool)>>,
    /// What looks at a label; some of it may be gone.
    of_label: HashMap<&'d str, Vec<Look<'d>>>,
    left: Cell<usize>,
}

impl<'r, 'd> Interpreter<'r, 'd> {
    /// Starts with what is known of the labels.
    #[must_use]
    pub fn new(labels: Labels, semantics: Semantics, budget: &'r PatternBudget) -> Self {
        Self {
            labels,
            semantics,
            budget,
            passed: HashMap::new(),
            of_label: HashMap::new(),
            left: Cell::new(MOST_TRIES),
        }
    }

    /// What is known of the labels now.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The same when all rules are applied.
    #[must_use]
    pub fn into_labels(self) -> Labels {
        self.labels
    }

    /// Applies a rule. Behind one that drops all, nothing is left to be applied to.
    pub fn step(&mut self, rule: &'r RelabelRule<'d>) -> Step {
        let sources = rule.sources.iter().enumerate();
        let absent = sources
            .filter(|(_, name)| self.labels.is_absent(name))
            .map(|(at, _)| at)
            .collect();
        let names_nothing = match &*rule.action {
            "labeldrop" | "labelmap" => self.names_nothing(rule),
            _ => false,
        };
        let (matches, effect) = self.apply(rule);
        Step {
            matches,
            effect,
            absent,
            names_nothing,
        }
    }

    /// Whether no label here has a name that the pattern of a rule matches.
    fn names_nothing(&self, rule: &RelabelRule<'d>) -> bool {
        let Some(pattern) = rule.pattern() else {
            return false;
        };
        if let Some(texts) = pattern.texts() {
            let mut texts = texts.iter();
            return texts.all(|name| self.labels.is_absent(name));
        }
        let Some(mut beginnings) = pattern.beginnings() else {
            return false;
        };
        beginnings.retain(|start| !self.labels.is_gone(start));
        let meets = |name: &str, start: &str| name.starts_with(start) || start.starts_with(name);
        let mut known = self.labels.known().map(|(name, _)| name);
        let mut families = self.labels.families();
        let plain = |start: &String| !start.starts_with("__");
        let by_name = known.any(|name| pattern.matches(name));
        let by_family = families.any(|family| beginnings.iter().any(|start| meets(family, start)));
        let by_plain = self.labels.has_plain() && beginnings.iter().any(plain);
        !(by_name || by_family || by_plain)
    }

    fn apply(&mut self, rule: &'r RelabelRule<'d>) -> (Matches, Effect) {
        // A key of another program, such as `if` of vmagent, changes what the rule does.
        if !rule.is_plain() {
            self.forget();
            return (Matches::Sometimes, Effect::Other);
        }
        let looks_at_names = !matches!(&*rule.action, "keep" | "drop" | "keepequal" | "dropequal");
        if looks_at_names && !self.may_try_many(self.labels.count()) {
            self.forget();
            return (Matches::Sometimes, Effect::Other);
        }
        match &*rule.action {
            "keep" => self.choose(rule, true),
            "drop" => self.choose(rule, false),
            "keepequal" => self.compare(rule, true),
            "dropequal" => self.compare(rule, false),
            "replace" => {
                let matches = self.matches(rule);
                self.replace(rule, &matches);
                let effect = match matches {
                    Matches::Never(_) => Effect::SetsNothing,
                    _ => Effect::Other,
                };
                (matches, effect)
            }
            "hashmod" => self.set_target(rule, hashmod(rule)),
            "lowercase" => self.set_target(rule, self.cased(rule, char::to_lowercase)),
            "uppercase" => self.set_target(rule, self.cased(rule, char::to_uppercase)),
            "labelmap" => self.map_names(rule),
            "labeldrop" => self.filter_names(rule, false),
            "labelkeep" => self.filter_names(rule, true),
            _ => {
                self.forget();
                (Matches::Sometimes, Effect::Other)
            }
        }
    }

    /// `keep` and `drop`.
    /// Imitates the cases `Keep` and `Drop` of `relabel.relabel`, Prometheus 3.14.
    fn choose(&mut self, rule: &'r RelabelRule<'d>, keeps: bool) -> (Matches, Effect) {
        let matches = self.matches(rule);
        if let (Matches::Sometimes, Some(pattern)) = (&matches, rule.pattern()) {
            self.remember(rule, pattern, keeps);
        }
        let effect = chosen(&matches, keeps);
        (matches, effect)
    }

    /// `keepequal` and `dropequal`.
    /// Imitates the cases `KeepEqual` and `DropEqual` of `relabel.relabel`, 2.41 and later, which
    /// look at the joined value and at no pattern.
    fn compare(&mut self, rule: &'r RelabelRule<'d>, keeps: bool) -> (Matches, Effect) {
        let target = rule.target.map(|target| self.labels.get(target));
        let matches = match (self.known_values(rule), target) {
            (Some(one), Some(Value::OneOf(two))) => {
                if one.len() == 1 && one == two {
                    Matches::Always(Reason::Compared)
                } else if one.is_disjoint(&two) {
                    Matches::Never(Reason::Compared)
                } else {
                    Matches::Sometimes
                }
            }
            _ => Matches::Sometimes,
        };
        let effect = chosen(&matches, keeps);
        (matches, effect)
    }

    /// Whether the pattern of a rule matches the joined values of its source labels.
    fn matches(&self, rule: &'r RelabelRule<'d>) -> Matches {
        let Some(pattern) = rule.pattern() else {
            return Matches::Sometimes;
        };
        if let Some(of_lines) = self.of_lines(rule) {
            return match (of_lines, self.known_values(rule)) {
                (Some(pattern), Some(all)) => self.matches_known(rule, &pattern, &all),
                _ => Matches::Sometimes,
            };
        }
        if pattern.matches_all() {
            return Matches::Always(Reason::AnyText);
        }
        if let Some(all) = self.known_values(rule) {
            return self.matches_known(rule, pattern, &all);
        }
        let values: Vec<_> = rule
            .sources
            .iter()
            .map(|name| self.labels.get(name))
            .collect();
        // Absent labels are joined too (`relabel.relabel`), so that a separator between two of them
        // is never an empty text.
        let joined = values.len() > 1 && !rule.separator.is_empty();
        if joined || values.iter().any(Value::is_present) {
            if pattern.matches_all_but_empty() {
                return Matches::Always(Reason::AnyValue);
            }
            if pattern
                .texts()
                .is_some_and(|texts| texts.iter().all(String::is_empty))
            {
                return Matches::Never(Reason::OnlyEmpty);
            }
        }
        if let [Value::Edged(edge)] = &*values
            && !pattern.matches("")
            && pattern.excludes_edges(edge)
        {
            return Matches::Never(Reason::Edges(edge.clone()));
        }
        if lacks_separator(rule, pattern) {
            return Matches::Never(Reason::Separator);
        }
        if let Some(sign) = signs::foreign(rule, pattern) {
            return Matches::Never(Reason::Foreign(sign));
        }
        self.matches_passed(rule, pattern)
    }

    /// The pattern that counts where a value has several lines, and the dot no newline.
    fn of_lines(&self, rule: &RelabelRule<'d>) -> Option<Option<Pattern>> {
        if self.semantics.release >= Version::new(3, 0, 0) {
            return None;
        }
        let values = self.known_values(rule)?;
        let lines = values.iter().any(|text| text.contains('\n'));
        let pattern = rule.pattern().filter(|_| lines)?;
        Some(pattern.of_lines(self.budget))
    }

    /// The same where the values are known.
    fn matches_known(&self, rule: &RelabelRule<'d>, pattern: &Pattern, all: &Texts) -> Matches {
        let passed = self.passed.get(&look(rule)).map_or(&[][..], Vec::as_slice);
        let passes = |text: &str| {
            let mut passed = passed.iter();
            passed.all(|(pattern, keeps)| !self.may_try(text) || pattern.matches(text) == *keeps)
        };
        let left: Texts = match passed {
            [] => Arc::clone(all),
            _ => Arc::new(all.iter().filter(|text| passes(text)).cloned().collect()),
        };
        let mut hits = 0;
        for text in left.iter() {
            if !self.may_try(text) {
                return Matches::Sometimes;
            }
            hits += usize::from(pattern.matches(text));
        }
        let reason = || {
            if rule.sources.is_empty() {
                Reason::NoSources
            } else if rule.sources.iter().all(|name| self.labels.is_absent(name)) {
                Reason::Absent
            } else if left.len() == all.len() {
                Reason::Known(left.clone())
            } else {
                Reason::Left(left.clone())
            }
        };
        match hits {
            // Nothing at all is left: that another rule dropped the last was not seen.
            _ if left.is_empty() => Matches::Sometimes,
            0 => Matches::Never(reason()),
            _ if hits == left.len() => Matches::Always(reason()),
            _ => Matches::Sometimes,
        }
    }

    /// What earlier rules for the same labels prove.
    fn matches_passed(&self, rule: &RelabelRule<'d>, pattern: &Pattern) -> Matches {
        let passed = self.passed.get(&look(rule)).map_or(&[][..], Vec::as_slice);
        for (earlier, keeps) in passed {
            if !self.may_try("") {
                return Matches::Sometimes;
            }
            if *earlier == pattern {
                return match keeps {
                    true => Matches::Always(Reason::Earlier),
                    false => Matches::Never(Reason::Earlier),
                };
            }
            if let (Some(texts), true) = (earlier.texts(), keeps) {
                let hits = texts
                    .iter()
                    .filter(|text| self.may_try(text) && pattern.matches(text));
                match hits.count() {
                    0 if self.left.get() > 0 => {
                        return Matches::Never(Reason::Left(Arc::new(texts.clone())));
                    }
                    hits if hits == texts.len() => {
                        return Matches::Always(Reason::Left(Arc::new(texts.clone())));
                    }
                    _ => {}
                }
            }
            if let Some(texts) = pattern.texts().filter(|texts| !texts.is_empty()) {
                let mut each = texts.iter();
                if each.all(|text| self.may_try(text) && earlier.matches(text) != *keeps) {
                    return Matches::Never(match keeps {
                        true => Reason::NotKept(texts.clone()),
                        false => Reason::Dropped(texts.clone()),
                    });
                }
            } else if *keeps && self.may_try("") && earlier.excludes(pattern) {
                return Matches::Never(Reason::Earlier);
            }
        }
        Matches::Sometimes
    }

    /// `replace`.
    /// Imitates the case `Replace` of `relabel.relabel`: "If there is no match no replacement must
    /// take place."
    fn replace(&mut self, rule: &'r RelabelRule<'d>, matches: &Matches) {
        let Some(target) = rule
            .target
            .filter(|_| !matches!(matches, Matches::Never(_)))
        else {
            return;
        };
        if self.replace_known(rule, target).is_some() {
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
    fn replace_known(&mut self, rule: &RelabelRule<'d>, target: &str) -> Option<()> {
        let of_lines = self.of_lines(rule);
        let pattern = match &of_lines {
            Some(of_lines) => of_lines.as_ref()?,
            None => rule.pattern()?,
        };
        let values = self.known_values(rule)?;
        let mut written: Vec<(String, String)> = Vec::new();
        let mut unmatched = false;
        for text in values.iter() {
            if !pattern.matches(text) {
                unmatched = true;
                continue;
            }
            // Most replacements are constants, for which no group need be found.
            let (name, value) = match (constant(target), constant(rule.replacement)) {
                (Some(name), Some(value)) => (name, value),
                _ => {
                    let captures = pattern.captures(text, self.budget)?;
                    (
                        expand(target, &captures),
                        expand(rule.replacement, &captures),
                    )
                }
            };
            // `relabel.relabel` checks the name once it is expanded, and sets nothing if it is not
            // one.
            if !self.semantics.is_name(&name) {
                unmatched = true;
                continue;
            }
            // Before 2.50 an empty replacement deleted the label that is called like the target as
            // written, `$1` included (`relabel.relabel`, `lb.Del(cfg.TargetLabel)`).
            let expands = self.semantics.release >= Version::new(2, 50, 0);
            let name = match value.is_empty() && !expands {
                true => target.to_owned(),
                false => name,
            };
            written.push((name, value));
        }
        let names: BTreeSet<_> = written.iter().map(|(name, _)| name.clone()).collect();
        let surely = names.len() == 1 && !unmatched;
        for name in names {
            let of_name = written.iter().filter(|(one, _)| *one == name);
            let value = Value::one_of(Arc::new(of_name.map(|(_, value)| value.clone()).collect()));
            match surely {
                true => self.set(&name, value),
                false => self.may_set(&name, value),
            }
        }
        Some(())
    }

    /// What the replacement of a rule becomes where its pattern matches values that are not known.
    fn replacement(&self, rule: &RelabelRule<'d>) -> Value {
        if let Some(text) = constant(rule.replacement) {
            return Value::only(text);
        }
        let copies = matches!(rule.replacement, "$1" | "${1}" | "$0" | "${0}");
        let pattern = rule.pattern().filter(|_| copies);
        let whole =
            pattern.filter(|pattern| pattern.groups() == 1 && pattern.matches_all_but_empty());
        match (whole, &*rule.sources) {
            (Some(pattern), [one]) => match self.labels.get(one) {
                Value::Any if !pattern.matches("") => Value::Present,
                value => value,
            },
            _ if !beginning(rule.replacement).is_empty() => Value::Present,
            _ => Value::Any,
        }
    }

    /// `hashmod`, `lowercase`, `uppercase`: what matches is not asked.
    /// Imitates the cases `HashMod`, `Lowercase` and `Uppercase` of `relabel.relabel`, which read no
    /// pattern and set the target always.
    fn set_target(&mut self, rule: &RelabelRule<'d>, value: Value) -> (Matches, Effect) {
        if let Some(target) = rule.target {
            self.set(target, value);
        }
        (Matches::Sometimes, Effect::Other)
    }

    fn cased<I>(&self, rule: &RelabelRule<'d>, case: fn(char) -> I) -> Value
    where
        I: Iterator<Item = char>,
    {
        let convert = |text: &String| text.chars().map(|sign| one_for_one(sign, case)).collect();
        match self.known_values(rule) {
            Some(values) => Value::one_of(Arc::new(values.iter().map(convert).collect())),
            None => Value::Any,
        }
    }

    /// `labelmap`: copies labels whose names match; the originals stay.
    /// Imitates the case `LabelMap` of `relabel.relabel`. Its `ReplaceAllString` replaces once, since
    /// the pattern is anchored at both ends.
    fn map_names(&mut self, rule: &RelabelRule<'d>) -> (Matches, Effect) {
        let known: Vec<_> = self
            .labels
            .known()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        let pattern = rule.pattern();
        let mut copies: BTreeMap<String, Vec<Value>> = BTreeMap::new();
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
            let surely = values.iter().any(Value::is_present);
            let copied = values.into_iter().map(Value::if_present).reduce(Value::or);
            match copied {
                Some(value) if surely => self.set(&name, value),
                Some(value) => self.may_set(&name, value),
                None => {}
            }
        }
        if pattern.is_none() || self.labels.has_others() {
            match (constant(rule.replacement), beginning(rule.replacement)) {
                (Some(name), _) => self.may_set(&name, Value::Any),
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
    fn filter_names(&mut self, rule: &RelabelRule<'d>, keeps: bool) -> (Matches, Effect) {
        // A label that is dropped has the empty value from here on, so that what earlier rules prove
        // of its value no longer holds.
        self.passed.clear();
        match rule.pattern() {
            Some(pattern) => self.labels.filter(pattern, keeps),
            None => self.labels.doubt(),
        }
        (Matches::Sometimes, Effect::Other)
    }

    /// The joined values of the source labels, if they are few and known.
    /// Imitates the head of `relabel.relabel`, where an absent label is the empty text
    /// (`labels.Builder.Get`) and its separator stays.
    fn known_values(&self, rule: &RelabelRule<'d>) -> Option<Texts> {
        let is_short = |text: &String| text.len() <= LONGEST_TEXT;
        // Most rules have one source label, whose values are taken as they are.
        if let [name] = &*rule.sources {
            let Value::OneOf(texts) = self.labels.get(name) else {
                return None;
            };
            let is_known = texts.len() <= MOST_TEXTS && texts.iter().all(is_short);
            return is_known.then_some(texts);
        }
        let mut joined = BTreeSet::from([String::new()]);
        for (at, name) in rule.sources.iter().enumerate() {
            let Value::OneOf(texts) = self.labels.get(name) else {
                return None;
            };
            if joined.len().saturating_mul(texts.len()) > MOST_TEXTS {
                return None;
            }
            let separator = if at > 0 { rule.separator } else { "" };
            let pairs = joined.iter().flat_map(|text| {
                texts
                    .iter()
                    .map(move |two| format!("{text}{separator}{two}"))
            });
            joined = pairs.collect();
        }
        // A list that grows by itself would grow without end.
        let short = joined.iter().all(is_short);
        short.then(|| Arc::new(joined))
    }

    fn set(&mut self, name: &str, value: Value) {
        for look in self.of_label.remove(name).into_iter().flatten() {
            self.passed.remove(&look);
        }
        self.labels.set(name, value);
    }

    fn may_set(&mut self, name: &str, value: Value) {
        let value = self.labels.get(name).or(value);
        self.set(name, value);
    }

    fn weaken(&mut self, beginning: &str) {
        self.labels.weaken(beginning);
        self.passed.clear();
    }

    fn forget(&mut self) {
        self.labels = Labels::unknown();
        self.passed.clear();
    }

    fn remember(&mut self, rule: &'r RelabelRule<'d>, pattern: &'r Pattern, keeps: bool) {
        let look = look(rule);
        let known = self.passed.entry(look.clone()).or_default();
        if known.is_empty() {
            for label in &rule.sources {
                self.of_label.entry(label).or_default().push(look.clone());
            }
        }
        known.push((pattern, keeps));
    }

    fn may_try_many(&self, count: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(count));
        left > count
    }

    /// Whether one more comparison may be made.
    fn may_try(&self, text: &str) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1 + text.len() / 64));
        left > 0
    }
}

/// The longest value that is followed: a rule that writes `$1$1` doubles it each time.
const LONGEST_TEXT: usize = 4096;

fn look<'d>(rule: &RelabelRule<'d>) -> Look<'d> {
    let separator = match rule.sources.len() {
        0 | 1 => "",
        _ => rule.separator,
    };
    (rule.sources.clone(), separator)
}

fn chosen(matches: &Matches, keeps: bool) -> Effect {
    match (matches, keeps) {
        (Matches::Always(_), true) => Effect::KeepsAll,
        (Matches::Always(_), false) | (Matches::Never(_), true) => Effect::DropsAll,
        (Matches::Never(_), false) => Effect::DropsNothing,
        (Matches::Sometimes, _) => Effect::Other,
    }
}

/// Whether a pattern of constants can't match several labels, since it lacks the separator.
fn lacks_separator(rule: &RelabelRule<'_>, pattern: &Pattern) -> bool {
    let Some(signs) = rule.sources.len().checked_sub(1).filter(|count| *count > 0) else {
        return false;
    };
    if rule.separator.is_empty() {
        return false;
    }
    let enough = |text: &String| text.matches(rule.separator).count() >= signs;
    let mut letters = rule.separator.chars();
    if let (Some(sign), None) = (letters.next(), letters.next())
        && signs::most(pattern.shape(), sign).is_some_and(|most| most < signs)
    {
        return true;
    }
    pattern
        .texts()
        .is_some_and(|texts| !texts.iter().any(enough))
}

/// The remainders that `hashmod` can leave. `relabel.relabel` takes them of an MD5 of the joined
/// value, so that nothing is gained by knowing the value in part.
fn hashmod(rule: &RelabelRule<'_>) -> Value {
    let modulus = rule.node.get("modulus").and_then(Node::as_str);
    match modulus.and_then(|text| text.parse::<usize>().ok()) {
        Some(modulus @ 1..=MOST_TEXTS) => Value::OneOf(Arc::new(
            (0..modulus).map(|rest| rest.to_string()).collect(),
        )),
        _ => Value::Present,
    }
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
