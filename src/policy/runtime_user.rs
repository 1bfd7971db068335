//! `runtime_user`: the user that Prometheus runs as.

use super::form::{PolicyKey, ValueForm};
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// The user that Prometheus runs as.
#[derive(Clone, Debug)]
pub struct RuntimeUser {
    /// Its number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Where that is written.
    pub place: Place,
}

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "runtime_user",
        "The number of the user that Prometheus runs as, or user:group.",
        ValueForm::Figures("^[0-9]{1,10}(:[0-9]{1,10})?$"),
    ),
    read: |node, policy, wrong| policy.runtime_user = user(node, wrong),
    add: |near, far| {
        if near.runtime_user.is_none() {
            near.runtime_user.clone_from(&far.runtime_user);
        }
    },
};

fn user(node: Node<'_>, wrong: &mut Mistakes) -> Option<RuntimeUser> {
    let text = wrong.text(node, "`runtime_user`")?;
    let (uid, gid) = text.split_once(':').unwrap_or((text, text));
    let number = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    match (number(uid), number(gid)) {
        (Some(uid), Some(gid)) => Some(RuntimeUser {
            uid,
            gid,
            place: node.place(),
        }),
        _ => {
            let help =
                "write the number of the user, or `\"user:group\"`, such as `\"65534:65534\"`";
            wrong.add(
                node,
                "`runtime_user`: expected a number, or two numbers with a colon between them",
                Some(help.into()),
            );
            None
        }
    }
}
