//! The section `suppressions`: what suppression comments have to say, and which rules they can't
//! silence.

use super::form::{PolicyKey, ValueForm};
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// What is asked of suppressions.
#[derive(Clone, Debug, Default)]
pub struct SuppressionPolicy {
    /// Each has to give a reason; where that is written.
    pub reason: Option<Place>,
    /// Each has to end; where that is written.
    pub until: Option<Place>,
    /// The most days from today after which each has to end.
    pub max_days: Option<(u32, Place)>,
    /// Rules and groups that no comment silences.
    pub forbid: Vec<(String, Place)>,
    /// The baseline: a path relative to promvet.yaml, with forward slashes.
    pub baseline: Option<(String, Place)>,
}

impl SuppressionPolicy {
    /// The entry of `forbid` that a rule falls under.
    #[must_use]
    pub fn forbids(&self, rule: &str) -> Option<&(String, Place)> {
        let group = rule.split('/').next().unwrap_or(rule);
        let mut entries = self.forbid.iter();
        entries.find(|(name, _)| name == rule || name == group)
    }

    /// Adds what a policy farther away asks: a nearer one can ask for more, not for less.
    fn add(&mut self, far: &Self) {
        let Self {
            reason,
            until,
            max_days,
            forbid,
            baseline,
        } = far;
        self.reason = self.reason.take().or_else(|| reason.clone());
        self.until = self.until.take().or_else(|| until.clone());
        let nearer = |(days, _): &(u32, Place)| *days;
        let both = self.max_days.take().into_iter().chain(max_days.clone());
        self.max_days = both.min_by_key(nearer);
        self.forbid.extend(forbid.iter().cloned());
        self.baseline = self.baseline.take().or_else(|| baseline.clone());
    }
}

/// Whether something is asked for.
const REQUIRED: ValueForm = ValueForm::Words(|| vec!["required", "optional"]);

const KEYS: &[PolicyKey] = &[
    PolicyKey::new("reason", "Whether a comment must give a reason.", REQUIRED),
    PolicyKey::new(
        "until",
        "Whether a comment must have an end date.",
        REQUIRED,
    ),
    PolicyKey::new(
        "max_days",
        "The most days from today until a comment must end.",
        ValueForm::Figures("^[0-9]{1,9}$"),
    ),
    PolicyKey::new(
        "forbid",
        "Rules and groups that comments cannot silence.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
    PolicyKey::new(
        "baseline",
        "The file of accepted findings, relative to this one.",
        ValueForm::Text,
    ),
];

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "suppressions",
        "Requirements for comments that hide findings, and the baseline.",
        ValueForm::Fields(KEYS),
    ),
    read: |node, policy, wrong| policy.suppressions = read(node, wrong),
    add: |near, far| near.suppressions.add(&far.suppressions),
};

/// Reads the section.
fn read(node: Node<'_>, wrong: &mut Mistakes) -> SuppressionPolicy {
    let mut policy = SuppressionPolicy::default();
    let Some(fields) = wrong.fields(node, "`suppressions`", KEYS) else {
        return policy;
    };
    let is_required = |name: &str, wrong: &mut Mistakes| required(fields.get(name)?, name, wrong);
    policy.reason = is_required("reason", wrong);
    policy.until = is_required("until", wrong);
    policy.max_days = fields.get("max_days").and_then(|node| days(node, wrong));
    if let Some(names) = fields.get("forbid") {
        let names = wrong.texts(names, "`forbid`").into_iter();
        policy.forbid = names
            .map(|(name, node)| (name.to_owned(), node.place()))
            .collect();
    }
    if let Some(node) = fields.get("baseline") {
        let path = wrong.text(node, "`baseline`");
        policy.baseline = path.map(|path| (path.to_owned(), node.place()));
    }
    policy
}

fn required(node: Node<'_>, key: &str, wrong: &mut Mistakes) -> Option<Place> {
    match node.as_str() {
        Some("required") => Some(node.place()),
        Some("optional") => None,
        _ => {
            wrong.add(
                node,
                format!("`{key}`: expected `required` or `optional`"),
                None,
            );
            None
        }
    }
}

fn days(node: Node<'_>, wrong: &mut Mistakes) -> Option<(u32, Place)> {
    let days = node.as_str().and_then(|text| text.parse().ok());
    if days.is_none() {
        let help = "write a number, such as 180";
        wrong.add(
            node,
            "`max_days`: expected a whole number of days",
            Some(help.into()),
        );
    }
    days.map(|days| (days, node.place()))
}

#[cfg(test)]
mod tests {
    use crate::finding::Text;
    use crate::policy::Policy;

    fn read(source: &str) -> Result<Policy, Vec<String>> {
        let text = Text::new("promvet.yaml", source.as_bytes().to_vec());
        let wrong = |wrong: Vec<crate::policy::PolicyError>| {
            let shown = wrong
                .iter()
                .map(|error| format!("{:?} {}", error.place, error.message));
            shown.collect::<Vec<_>>()
        };
        Policy::read(&text, "").map_err(wrong)
    }

    #[test]
    fn the_section_is_read() {
        let policy = read(
            "suppressions:\n  reason: required\n  until: optional\n  max_days: 90\n  \
             forbid: [tls, credentials/inline]\n  baseline: ci/base.json\n",
        )
        .unwrap()
        .suppressions;
        assert!(policy.reason.is_some() && policy.until.is_none());
        assert_eq!(policy.max_days.as_ref().map(|(days, _)| *days), Some(90));
        assert_eq!(
            policy.baseline.as_ref().map(|(path, _)| &**path),
            Some("ci/base.json")
        );
        for (rule, forbidden) in [
            ("tls/server-name", true),
            ("credentials/inline", true),
            ("credentials/missing", false),
            ("tlsx/y", false),
        ] {
            assert_eq!(policy.forbids(rule).is_some(), forbidden, "{rule}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        for (source, expected) in [
            (
                "reason: yes",
                "promvet.yaml:1:24 `reason`: expected `required`",
            ),
            (
                "max_days: soon",
                "promvet.yaml:1:26 `max_days`: expected a whole",
            ),
            (
                "max_days: -1",
                "promvet.yaml:1:26 `max_days`: expected a whole",
            ),
            ("reson: required", "promvet.yaml:1:16 unknown key `reson`"),
            (
                "forbid: {a: b}",
                "promvet.yaml:1:24 `forbid`: expected a list",
            ),
        ] {
            let wrong = read(&format!("suppressions: {{{source}}}\n")).unwrap_err();
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            assert!(wrong[0].starts_with(expected), "{wrong:?}");
        }
    }
}
