//! Runs the checks that look at all configurations of a tree, without all of them at hand: each is asked
//! about a configuration alone, and then about those that have something in common.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::configuration::Configuration;
use super::engine::RuleJudgment;
use super::pages::{NativeCheck, TreeCheck, all};
use super::timings::Timings;

/// What a check compares a configuration by. Configurations of a group are judged together if two of them
/// share a detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    group: u64,
    details: Box<[u64]>,
}

/// What one check says of a configuration alone, and what it compares it by.
#[derive(Debug)]
pub struct AloneFindings {
    /// The index of the page.
    page: usize,
    common: Vec<Common>,
    judgment: RuleJudgment,
}

impl AloneFindings {
    /// What it says.
    pub fn judgment(&mut self) -> &mut RuleJudgment {
        &mut self.judgment
    }
}

impl Common {
    /// That all configurations of a group are judged together.
    #[must_use]
    pub fn of_group(group: &impl Hash) -> Self {
        Self::sharing(group, [number_of(&())])
    }

    /// That those of a group are if two of them share a detail.
    #[must_use]
    pub fn sharing(group: &impl Hash, details: impl IntoIterator<Item = u64>) -> Self {
        Self {
            group: number_of(group),
            details: details.into_iter().collect(),
        }
    }
}

/// A number for a value that may be long or secret: two values of a tree have the same one as often as a disk
/// errs.
#[must_use]
pub fn number_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What the checks that look at a whole tree say of a configuration alone, measuring as [`super::judge`] does.
#[must_use]
pub fn judge_alone(
    configuration: &Configuration<'_>,
    timings: Option<&Timings>,
) -> Vec<AloneFindings> {
    let configurations = std::slice::from_ref(configuration);
    let mut out = Vec::new();
    for (page, check) in checks() {
        let of_page = || AloneFindings {
            page,
            common: (check.in_common)(configuration),
            judgment: judgment_of(page, check, configurations),
        };
        let alone = match timings {
            Some(timings) => timings.measure(page, of_page),
            None => of_page(),
        };
        let RuleJudgment {
            findings,
            unchecked,
            ..
        } = &alone.judgment;
        let says = !(findings.is_empty() && unchecked.is_empty());
        if says || !alone.common.is_empty() {
            out.push(alone);
        }
    }
    out
}

/// The findings of all configurations of a tree after each was judged alone. Those that have something in
/// common are judged together: `judge` is handed their indices and what judges them.
pub fn judge_together<E>(
    mut configurations: Vec<Vec<AloneFindings>>,
    timings: Option<&Timings>,
    mut judge: impl FnMut(
        &BTreeSet<usize>,
        &dyn Fn(&[Configuration<'_>]) -> RuleJudgment,
    ) -> Result<RuleJudgment, E>,
) -> (RuleJudgment, Vec<E>) {
    let mut out = RuleJudgment::default();
    let mut failed = Vec::new();
    for (page, check) in checks() {
        let together = together(&configurations, page);
        for (index, alone) in configurations.iter_mut().enumerate() {
            let of_page = alone.iter_mut().filter(|alone| alone.page == page);
            for alone in of_page.filter(|_| !together.contains(&index)) {
                out.add(std::mem::take(&mut alone.judgment));
            }
        }
        if together.is_empty() {
            continue;
        }
        let of_page = |configurations: &[Configuration<'_>]| {
            let run = || judgment_of(page, check, configurations);
            match timings {
                Some(timings) => timings.measure(page, run),
                None => run(),
            }
        };
        match judge(&together, &of_page) {
            Ok(judgment) => out.add(judgment),
            Err(error) => failed.push(error),
        }
    }
    (out, failed)
}

fn checks() -> impl Iterator<Item = (usize, TreeCheck)> {
    let pages = all().iter().enumerate();
    pages.filter_map(|(index, page)| match page.check {
        Some(NativeCheck::Tree(check)) => Some((index, check)),
        _ => None,
    })
}

fn judgment_of(
    page: usize,
    check: TreeCheck,
    configurations: &[Configuration<'_>],
) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    if let Some(page) = all().get(page) {
        (check.check)(configurations, &mut out.sink(page));
    }
    out
}

/// The configurations of the groups in which two share a detail.
fn together(configurations: &[Vec<AloneFindings>], page: usize) -> BTreeSet<usize> {
    #[derive(Default)]
    struct Group {
        members: Vec<usize>,
        details: HashSet<u64>,
        is_shared: bool,
    }
    let mut groups: BTreeMap<u64, Group> = BTreeMap::new();
    for (index, alone) in configurations.iter().enumerate() {
        let of_page = alone.iter().filter(|alone| alone.page == page);
        let mut own: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for common in of_page.flat_map(|alone| &alone.common) {
            let details = own.entry(common.group).or_default();
            details.extend(common.details.iter().copied());
        }
        for (number, details) in own {
            let group = groups.entry(number).or_default();
            group.members.push(index);
            for detail in details {
                group.is_shared |= !group.details.insert(detail);
            }
        }
    }
    let shared = groups.into_values().filter(|group| group.is_shared);
    shared.flat_map(|group| group.members).collect()
}
