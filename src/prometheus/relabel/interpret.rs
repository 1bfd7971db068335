//! What a list of rules does to labels that are partly known
//! (`model/relabel/relabel.go` of Prometheus, `relabel`).

mod matching;
mod writing;

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use promvet_syntax::label;

use super::RelabelRule;
use super::expand::constant;
use super::labels::{KnownLabelValue, KnownLabels, MOST_TEXTS, PossibleValues};
use super::pattern::RelabelPattern;
use crate::prometheus::patterns::PatternBudget;
use crate::schema::Version;

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
pub enum MatchReason {
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
    Known(PossibleValues),
    /// Earlier rules leave these values only.
    Left(PossibleValues),
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
    Always(MatchReason),
    /// Whatever the labels are, it does not.
    Never(MatchReason),
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
pub struct RuleOutcome {
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
type RelabelLook<'d> = (Vec<&'d str>, &'d str);

/// Goes through a list.
#[derive(Debug)]
pub struct Interpreter<'r, 'd> {
    labels: KnownLabels,
    semantics: Semantics,
    budget: &'r PatternBudget,
    /// What rules so far have kept (true) and dropped, whose labels have not changed since.
    passed: HashMap<RelabelLook<'d>, Vec<(&'r RelabelPattern, bool)>>,
    /// What looks at a label; some of it may be gone.
    of_label: HashMap<&'d str, Vec<RelabelLook<'d>>>,
    left: Cell<usize>,
}

impl<'r, 'd> Interpreter<'r, 'd> {
    /// Starts with what is known of the labels.
    #[must_use]
    pub fn new(labels: KnownLabels, semantics: Semantics, budget: &'r PatternBudget) -> Self {
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
    pub fn labels(&self) -> &KnownLabels {
        &self.labels
    }

    /// The same when all rules are applied.
    #[must_use]
    pub fn into_labels(self) -> KnownLabels {
        self.labels
    }

    /// Applies a rule. Behind one that drops all, nothing is left to be applied to.
    pub fn step(&mut self, rule: &'r RelabelRule<'d>) -> RuleOutcome {
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
        RuleOutcome {
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
        if looks_at_names(rule) && !self.budget.affords_names(self.labels.cost()) {
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
            "hashmod" => self.set_target(rule, self.hashmod(rule)),
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
            (Some(one), Some(KnownLabelValue::OneOf(two))) => {
                if one.len() == 1 && one == two {
                    Matches::Always(MatchReason::Compared)
                } else if one.is_disjoint(&two) {
                    Matches::Never(MatchReason::Compared)
                } else {
                    Matches::Sometimes
                }
            }
            _ => Matches::Sometimes,
        };
        let effect = chosen(&matches, keeps);
        (matches, effect)
    }

    /// The joined values of the source labels, if they are few and known.
    /// Imitates the head of `relabel.relabel`, where an absent label is the empty text
    /// (`labels.Builder.Get`) and its separator stays.
    fn known_values(&self, rule: &RelabelRule<'d>) -> Option<PossibleValues> {
        let is_short = |text: &String| text.len() <= LONGEST_TEXT;
        // Most rules have one source label, whose values are taken as they are.
        if let [name] = &*rule.sources {
            let KnownLabelValue::OneOf(texts) = self.labels.get(name) else {
                return None;
            };
            let is_known = texts.len() <= MOST_TEXTS && texts.iter().all(is_short);
            return is_known.then_some(texts);
        }
        let mut joined = BTreeSet::from([String::new()]);
        for (at, name) in rule.sources.iter().enumerate() {
            let KnownLabelValue::OneOf(texts) = self.labels.get(name) else {
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

    fn set(&mut self, name: &str, value: KnownLabelValue) {
        for look in self.of_label.remove(name).into_iter().flatten() {
            self.passed.remove(&look);
        }
        self.labels.set(name, value);
    }

    fn may_set(&mut self, name: &str, value: KnownLabelValue) {
        let value = self.labels.get(name).or(value);
        self.set(name, value);
    }

    fn weaken(&mut self, beginning: &str) {
        self.labels.weaken(beginning);
        self.passed.clear();
    }

    fn forget(&mut self) {
        self.labels = KnownLabels::unknown();
        self.passed.clear();
    }

    fn remember(&mut self, rule: &'r RelabelRule<'d>, pattern: &'r RelabelPattern, keeps: bool) {
        let look = look(rule);
        let known = self.passed.entry(look.clone()).or_default();
        if known.is_empty() {
            for label in &rule.sources {
                self.of_label.entry(label).or_default().push(look.clone());
            }
        }
        known.push((pattern, keeps));
    }

    /// Whether one more comparison may be made.
    fn may_try(&self, text: &str) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1 + text.len() / 64));
        left > 0
    }
}

/// Whether a rule goes through the names of all labels.
fn looks_at_names(rule: &RelabelRule<'_>) -> bool {
    let writes_family = || rule.target.is_some_and(|target| constant(target).is_none());
    match &*rule.action {
        "labeldrop" | "labelkeep" | "labelmap" => true,
        "replace" => writes_family(),
        _ => false,
    }
}

/// The longest value that is followed: a rule that writes `$1$1` doubles it each time.
const LONGEST_TEXT: usize = 4096;

fn look<'d>(rule: &RelabelRule<'d>) -> RelabelLook<'d> {
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
