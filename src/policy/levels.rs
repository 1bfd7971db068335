//! `rules` and `overrides`: what is reported, and how gravely.

use super::Policy;
use super::form::{PolicyKey, ValueForm};
use super::glob_index::GlobIndex;
use super::pattern::Glob;
use super::prometheus;
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::{Day, Place, Severity};
use crate::schema::Version;
use crate::yaml::Node;

/// What a rule is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Say nothing.
    Off,
    /// Report with this severity.
    At(Severity),
    /// Report with this severity from a day on, and with the one below it before that.
    From(Severity, Day),
}

impl Level {
    /// The severity at a time in seconds since 1970; none for off.
    #[must_use]
    pub fn on(self, now: i64) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::At(severity) => Some(severity),
            Self::From(severity, day) if now >= day.start() => Some(severity),
            Self::From(Severity::Error, _) => Some(Severity::Warning),
            Self::From(..) => Some(Severity::Info),
        }
    }

    /// Reads a level: `off`, a severity, or `error from 2027-01-31`.
    fn read(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self::Off);
        }
        let Some((word, day)) = text.split_once(" from ") else {
            return Severity::from_word(text).map(Self::At);
        };
        let severity = Severity::from_word(word).filter(|severity| *severity > Severity::Info)?;
        Some(Self::From(severity, Day::parse(day)?))
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::At(severity) => f.write_str(severity.word()),
            Self::From(severity, day) => write!(f, "{} from {day}", severity.word()),
        }
    }
}

/// The level of a rule or a group.
#[derive(Clone, Debug)]
pub struct RuleLevel {
    /// A rule's name, or a group's.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// Where the name is.
    pub place: Place,
}

/// Levels that are written together.
#[derive(Clone, Debug, Default)]
pub struct LevelSet {
    /// The files that they are for; none is all.
    pub files: Option<Vec<Glob>>,
    /// The levels.
    pub rules: Vec<RuleLevel>,
    /// The releases of Prometheus that must load these files; empty if another set says so.
    pub releases: Vec<(Version, Place)>,
}

/// Which sets are for which files, so that a finding in each of thousands of files is not held against
/// all of thousands of overrides.
#[derive(Debug)]
pub(super) struct LevelIndex {
    globs: GlobIndex,
    /// The sets without patterns.
    for_all: Vec<usize>,
}

impl LevelIndex {
    fn of(sets: &[LevelSet]) -> Self {
        let numbered = sets.iter().enumerate();
        let for_all = numbered.clone().filter(|(_, set)| set.files.is_none());
        Self {
            for_all: for_all.map(|(number, _)| number).collect(),
            globs: GlobIndex::new(numbered.flat_map(|(number, set)| {
                let globs = set.files.iter().flatten();
                globs.map(move |glob| (number, glob))
            })),
        }
    }
}

impl LevelSet {
    /// The level of a rule: by its name, else by its group.
    fn level_of(&self, rule: &str) -> Option<&RuleLevel> {
        let group = rule.split('/').next().unwrap_or(rule);
        let named = |name: &str| self.rules.iter().find(|entry| entry.name == name);
        named(rule).or_else(|| named(group))
    }
}

impl Policy {
    /// The level of a rule for a file, by its path for people: the nearest policy file answers
    /// first, in it the overrides in their order and then `rules`.
    #[must_use]
    pub fn level_of(&self, rule: &str, path: &str) -> Option<&RuleLevel> {
        self.sets_for(path).find_map(|set| set.level_of(rule))
    }

    /// The releases that must load a file, by its path for people: those of the nearest policy file,
    /// in it of the overrides in their order and then of `prometheus`.
    #[must_use]
    pub fn releases_of(&self, path: &str) -> &[(Version, Place)] {
        let mut sets = self.sets_for(path);
        let set = sets.find(|set| !set.releases.is_empty());
        set.map_or(&[], |set| &set.releases)
    }

    /// The sets that are for a file, the first that counts first.
    fn sets_for(&self, path: &str) -> impl Iterator<Item = &LevelSet> {
        let index = self
            .index
            .levels
            .get_or_init(|| LevelIndex::of(&self.levels));
        let matching = index.globs.matching(path).into_iter().map(|(_, set)| set);
        let mut sets: Vec<usize> = matching.chain(index.for_all.iter().copied()).collect();
        sets.sort_unstable();
        sets.dedup();
        sets.into_iter()
            .filter_map(|number| self.levels.get(number))
    }

    /// Every level that is written, with its place.
    pub fn rule_levels(&self) -> impl Iterator<Item = &RuleLevel> {
        self.levels.iter().flat_map(|set| &set.rules)
    }
}

const LEVEL: ValueForm = ValueForm::Matching(
    r"^(off|info|warning|error|(warning|error) from [0-9]{4}-[0-9]{2}-[0-9]{2})$",
);

const FILES_KEY: PolicyKey = PolicyKey::new(
    "files",
    "Patterns of the files that this is for.",
    ValueForm::OneOrMany(&ValueForm::Text),
)
.required();

const RULES_KEY: PolicyKey = PolicyKey::new(
    "rules",
    "Levels of rules and groups for these files.",
    ValueForm::Map(&LEVEL),
);

const RELEASES_KEY: PolicyKey = PolicyKey::new(
    "prometheus",
    "The releases of Prometheus that must load these files.",
    ValueForm::OneOrMany(&ValueForm::Figures(prometheus::VERSION)),
);

const KEYS: &[PolicyKey] = &[FILES_KEY, RULES_KEY, RELEASES_KEY];

/// An entry needs one of the two.
const ENTRY: ValueForm = ValueForm::Either(&[
    ValueForm::Fields(&[FILES_KEY, RULES_KEY.required(), RELEASES_KEY]),
    ValueForm::Fields(&[FILES_KEY, RULES_KEY, RELEASES_KEY.required()]),
]);

pub(super) const RULES: PolicySection = PolicySection {
    key: PolicyKey::new(
        "rules",
        "Levels of rules and groups: off, info, warning, error, or `error from` a day.",
        ValueForm::Map(&LEVEL),
    ),
    read: |node, policy, wrong| {
        let rules = levels(node, wrong);
        policy.levels.push(LevelSet {
            rules,
            ..LevelSet::default()
        });
    },
    add: |near, far| near.levels.extend(far.levels.iter().cloned()),
};

pub(super) const OVERRIDES: PolicySection = PolicySection {
    key: PolicyKey::new(
        "overrides",
        "Levels and releases for some files only; the first entry that answers counts, before `rules`.",
        ValueForm::List(&ENTRY),
    ),
    read: |node, policy, wrong| {
        let items = wrong.items(node, "`overrides`").into_iter();
        let sets: Vec<_> = items.filter_map(|item| entry(item, wrong)).collect();
        policy.levels.splice(0..0, sets);
    },
    // They are among the levels, which `rules` adds.
    add: |_, _| {},
};

fn entry(item: Node<'_>, wrong: &mut Mistakes) -> Option<LevelSet> {
    let fields = wrong.fields(item, "an entry of `overrides`", KEYS)?;
    let files = Some(wrong.paths(fields.get("files")?, "`files`"));
    let (rules, releases) = (fields.get("rules"), fields.get("prometheus"));
    if rules.is_none() && releases.is_none() {
        wrong.add(
            item,
            "an entry of `overrides` needs `rules` or `prometheus`",
            Some("add what is different for these files".into()),
        );
        return None;
    }
    Some(LevelSet {
        files,
        rules: rules.map_or_else(Vec::new, |rules| levels(rules, wrong)),
        releases: releases.map_or_else(Vec::new, |node| prometheus::releases(node, wrong)),
    })
}

fn levels(node: Node<'_>, wrong: &mut Mistakes) -> Vec<RuleLevel> {
    let Some(mapping) = node.mapping() else {
        wrong.add(
            node,
            "`rules`: expected a mapping of rules or groups to levels",
            Some("write them as `rule: level`".into()),
        );
        return Vec::new();
    };
    let mut out: Vec<RuleLevel> = Vec::new();
    for entry in mapping.entries() {
        let name = entry.name();
        if out.iter().any(|level| level.name == name) && !entry.merged {
            wrong.add(
                entry.key,
                format!("`{name}` is set twice"),
                Some("remove one of the two".into()),
            );
            continue;
        }
        // The source text counts: `off` is a word here, not a boolean.
        let word = entry.value.scalar().map_or("", |scalar| scalar.text);
        match Level::read(word) {
            Some(level) => out.push(RuleLevel {
                name: name.to_owned(),
                level,
                place: entry.key.place(),
            }),
            None => wrong.add(
                entry.value,
                format!("not a level: `{word}`"),
                Some(
                    "use off, info, warning, error, or a level with a day such as `error from \
                    2027-01-31`"
                        .into(),
                ),
            ),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_can_rise_on_a_day() {
        let day = Day::parse("2027-01-31").unwrap().start();
        for (text, before, after) in [
            ("off", None, None),
            ("error", Some(Severity::Error), Some(Severity::Error)),
            (
                "error from 2027-01-31",
                Some(Severity::Warning),
                Some(Severity::Error),
            ),
            (
                "warning from 2027-01-31",
                Some(Severity::Info),
                Some(Severity::Warning),
            ),
        ] {
            let level = Level::read(text).unwrap();
            assert_eq!(level.on(day - 1), before, "{text}");
            assert_eq!(level.on(day), after, "{text}");
            assert_eq!(level.to_string(), text);
        }
        for text in [
            "",
            "OFF",
            "false",
            "info from 2027-01-31",
            "off from 2027-01-31",
            "error from",
            "error from 2027-02-30",
            "error from tomorrow",
        ] {
            assert_eq!(Level::read(text), None, "{text}");
        }
    }
}
