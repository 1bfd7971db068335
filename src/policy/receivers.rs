//! `receivers`: custom profiles, and which receiver is behind which hosts.
//!
//! What a profile says is read by the room that knows receivers; here it keeps its place.

use std::path::PathBuf;
use std::sync::Arc;

use super::form::{PolicyKey, ValueForm};
use super::pattern::Glob;
use super::read::Mistakes;
use super::sections::PolicySection;
use super::{Policy, first_of};
use crate::finding::Place;
use crate::yaml::{Document, Node};

/// A custom profile.
#[derive(Clone, Debug)]
pub struct ReceiverProfile {
    /// Where it is.
    pub source: ReceiverSource,
    /// Where that is written.
    pub place: Place,
}

/// Where a profile is.
#[derive(Clone, Debug)]
pub enum ReceiverSource {
    /// In promvet.yaml itself, as the entry of `receivers` with this number.
    Entry(Arc<Document>, usize),
    /// In a file that is yet to be read, relative to the policy file that names it.
    File(String),
    /// In a file among custom rules that is yet to be read.
    Beside(PathBuf),
    /// In a separate file.
    Whole(Arc<Document>),
}

impl ReceiverSource {
    /// The mapping of the profile, if it has been read.
    #[must_use]
    pub fn node(&self) -> Option<Node<'_>> {
        match self {
            Self::Entry(document, index) => {
                let list = document.root()?.get(SECTION.key.name)?;
                list.items().nth(*index)
            }
            Self::Whole(document) => document.root(),
            Self::File(_) | Self::Beside(_) => None,
        }
    }
}

/// An entry of `receivers` that says which receiver is behind some hosts.
#[derive(Clone, Debug)]
pub struct ReceiverPolicy {
    /// Patterns over the whole host name; `*` matches any text, dots included.
    pub hosts: Vec<Glob>,
    /// The receiver's name, as `promvet explain receiver:NAME` has it.
    pub receiver: String,
    /// Where that is written.
    pub place: Place,
}

impl Policy {
    /// The receiver that is behind a host by policy, and the pattern that says so.
    #[must_use]
    pub fn receiver_of(&self, host: &str) -> Option<(&ReceiverPolicy, &Glob)> {
        let index = &self.index.receivers;
        first_of(index, &self.receiver_hosts, |entry| &entry.hosts, host)
    }
}

const CHOICE: &[PolicyKey] = &[
    PolicyKey::new(
        "hosts",
        "Patterns of host names; `*` matches any text, dots included.",
        ValueForm::OneOrMany(&ValueForm::Text),
    )
    .required(),
    PolicyKey::new(
        "receiver",
        "The receiver that is behind them, such as mimir.",
        ValueForm::Text,
    )
    .required(),
];

const FILE: &[PolicyKey] = &[PolicyKey::new(
    "file",
    "A file with a profile, relative to promvet.yaml.",
    ValueForm::Text,
)
.required()];

const ENTRY: ValueForm = ValueForm::Either(&[
    ValueForm::Fields(CHOICE),
    ValueForm::Fields(FILE),
    ValueForm::Profile,
]);

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "receivers",
        "Custom receivers, or which receiver is behind which hosts.",
        ValueForm::List(&ENTRY),
    ),
    read: |node, policy, wrong| {
        for (index, item) in wrong.items(node, "`receivers`").into_iter().enumerate() {
            entry(index, item, policy, wrong);
        }
    },
    add: |near, far| {
        near.receivers.extend(far.receivers.iter().cloned());
        near.receiver_hosts
            .extend(far.receiver_hosts.iter().cloned());
    },
};

fn entry(index: usize, item: Node<'_>, policy: &mut Policy, wrong: &mut Mistakes) {
    if item.mapping().is_none() {
        let help = "write a profile, `file`, or `hosts` and `receiver`";
        wrong.add(
            item,
            "an entry of `receivers`: expected a mapping",
            Some(help.into()),
        );
    } else if item.get("file").is_some() {
        policy.receivers.extend(file(item, wrong));
    } else if item.get("hosts").is_some() || item.get("receiver").is_some() {
        policy.receiver_hosts.extend(choice(item, wrong));
    } else if let Some(document) = &policy.document {
        policy.receivers.push(ReceiverProfile {
            source: ReceiverSource::Entry(Arc::clone(document), index),
            place: item.get("id").unwrap_or(item).place(),
        });
    }
}

fn file(item: Node<'_>, wrong: &mut Mistakes) -> Option<ReceiverProfile> {
    let fields = wrong.fields(item, "an entry of `receivers` with `file`", FILE)?;
    let file = fields.get("file")?;
    let path = wrong.text(file, "`file`")?;
    Some(ReceiverProfile {
        source: ReceiverSource::File(path.to_owned()),
        place: file.place(),
    })
}

fn choice(item: Node<'_>, wrong: &mut Mistakes) -> Option<ReceiverPolicy> {
    let fields = wrong.fields(item, "an entry of `receivers` with `hosts`", CHOICE)?;
    let receiver = fields.get("receiver")?;
    Some(ReceiverPolicy {
        hosts: wrong.hosts(fields.get("hosts")?, "`hosts`"),
        receiver: wrong.text(receiver, "`receiver`")?.to_owned(),
        place: receiver.place(),
    })
}
