//! What of PromQL a release of Prometheus reads.

use super::fault::ExprFault;

/// Major and minor number of a release.
pub(super) type MajorMinor = (u16, u16);

/// The PromQL of one release of Prometheus, without feature flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromqlRelease {
    pub(super) release: MajorMinor,
}

/// A form that came later than PromQL itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PromqlFeature {
    Subqueries,
    CompoundDurations,
    AtModifier,
    NegativeOffsets,
    PlusOffsets,
    LooseNumbers,
    Underscores,
    QuotedNames,
    DurationArithmetic,
    ExtendedRanges,
    Fill,
    Trim,
    ExperimentalAggregations,
}

/// A form: what it is called, the first release that knows it, and, if it hides behind a feature
/// flag, the flag and the release since which it needs none.
struct FormRow {
    feature: PromqlFeature,
    name: &'static str,
    since: MajorMinor,
    flag: Option<(&'static str, Option<MajorMinor>)>,
}

/// From the changelog of Prometheus and the flags of cmd/prometheus/main.go.
const FEATURES: &[FormRow] = &[
    FormRow {
        feature: PromqlFeature::Subqueries,
        name: "a subquery",
        since: (2, 7),
        flag: None,
    },
    FormRow {
        feature: PromqlFeature::CompoundDurations,
        name: "a duration of several units",
        since: (2, 21),
        flag: None,
    },
    FormRow {
        feature: PromqlFeature::AtModifier,
        name: "the `@` modifier",
        since: (2, 25),
        flag: Some(("promql-at-modifier", Some((2, 33)))),
    },
    FormRow {
        feature: PromqlFeature::NegativeOffsets,
        name: "a negative offset",
        since: (2, 26),
        flag: Some(("promql-negative-offset", Some((2, 33)))),
    },
    FormRow {
        feature: PromqlFeature::PlusOffsets,
        name: "an offset with a plus sign",
        since: (3, 4),
        flag: None,
    },
    FormRow {
        feature: PromqlFeature::LooseNumbers,
        name: "a number in place of a duration, or the reverse,",
        since: (2, 54),
        flag: None,
    },
    FormRow {
        feature: PromqlFeature::Underscores,
        name: "an underscore in a number",
        since: (2, 54),
        flag: None,
    },
    FormRow {
        feature: PromqlFeature::QuotedNames,
        name: "a quoted name",
        since: (2, 55),
        flag: Some(("utf8-names", Some((3, 0)))),
    },
    FormRow {
        feature: PromqlFeature::DurationArithmetic,
        name: "arithmetic in a duration",
        since: (3, 4),
        flag: Some(("promql-duration-expr", Some((3, 14)))),
    },
    FormRow {
        feature: PromqlFeature::ExtendedRanges,
        name: "the modifier `anchored` or `smoothed`",
        since: (3, 7),
        flag: Some(("promql-extended-range-selectors", None)),
    },
    FormRow {
        feature: PromqlFeature::Fill,
        name: "the modifier `fill`",
        since: (3, 10),
        flag: Some(("promql-binop-fill-modifiers", None)),
    },
    FormRow {
        feature: PromqlFeature::Trim,
        name: "the operator `</` or `>/`",
        since: (3, 11),
        flag: None,
    },
    FormRow {
        feature: PromqlFeature::ExperimentalAggregations,
        name: "an experimental aggregation",
        since: (2, 54),
        flag: Some(("promql-experimental-functions", None)),
    },
];

impl PromqlRelease {
    /// The PromQL of a release, such as 3 and 5.
    #[must_use]
    pub const fn of(major: u16, minor: u16) -> Self {
        Self {
            release: (major, minor),
        }
    }

    /// Whether any text that is not empty can name a metric or a label.
    #[must_use]
    pub(super) fn has_utf8_names(self) -> bool {
        self.release >= (3, 0)
    }

    /// Why a form can't be used, if it can't.
    pub(super) fn refusal(
        self,
        feature: PromqlFeature,
        from: usize,
        to: usize,
    ) -> Option<ExprFault> {
        let row = FEATURES.iter().find(|row| row.feature == feature)?;
        self.missing(row.name, row.since, row.flag, from, to)
    }

    /// The fault of something that came with a release, or hides behind a flag.
    pub(super) fn missing(
        self,
        name: &str,
        since: MajorMinor,
        flag: Option<(&'static str, Option<MajorMinor>)>,
        from: usize,
        to: usize,
    ) -> Option<ExprFault> {
        if self.release < since {
            // The release that needs no flag is the better advice, since the flag has to be set
            // where Prometheus runs.
            let (major, minor) = match flag {
                Some((_, Some(free))) => free,
                _ => since,
            };
            let message = format!("{name} requires Prometheus {major}.{minor} or newer");
            let help = "write it in another way, or correct the releases under `prometheus` in \
                promvet.yaml";
            return Some(ExprFault::new(from, to, message).help(help));
        }
        let (flag, free) = flag?;
        if free.is_some_and(|free| self.release >= free) {
            return None;
        }
        let message = format!("{name} is experimental and requires `--enable-feature={flag}`");
        let mut fault = ExprFault::new(from, to, message);
        fault.flag = Some(flag);
        Some(fault)
    }
}
