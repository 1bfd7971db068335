//! The user that Prometheus runs as, and what mode bits let it read.

use crate::finding::Evidence;

/// Owner and mode of a file as the deployment sets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeployedRights {
    /// Permission bits.
    pub mode: u32,
    /// Number of the owning user, if it is known.
    pub uid: Option<u32>,
    /// Number of the owning group, if it is known.
    pub gid: Option<u32>,
}

impl DeployedRights {
    /// Whether every user may read it.
    #[must_use]
    pub fn world_readable(self) -> bool {
        self.mode & 0o004 != 0
    }
}

/// The bits of a mode, for one of owner, group and others.
const READ: u32 = 0o4;
const SEARCH: u32 = 0o1;

/// Who Prometheus runs as. Anything else is not known.
#[derive(Clone, Debug, Default)]
pub struct RunAs {
    /// Number of the user.
    pub uid: Option<u32>,
    /// Number of its group.
    pub gid: Option<u32>,
    /// Further groups: `fsGroup`, `supplementalGroups`, `group_add`.
    pub groups: Vec<u32>,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

impl RunAs {
    /// Whether mode bits let it read a file; none if that depends on what is not known.
    #[must_use]
    pub fn may_read(&self, rights: DeployedRights) -> Option<bool> {
        self.may(rights, READ)
    }

    /// Whether mode bits let it pass through a folder; none if that depends on what is not known.
    #[must_use]
    pub fn may_search(&self, rights: DeployedRights) -> Option<bool> {
        self.may(rights, SEARCH)
    }

    /// The kernel looks at one class alone: an owner without the right gains nothing from the
    /// group's.
    fn may(&self, rights: DeployedRights, right: u32) -> Option<bool> {
        let bit = |shift: u32| rights.mode >> shift & right != 0;
        if self.uid == Some(0) {
            return Some(true);
        }
        let owns = self
            .uid
            .zip(rights.uid)
            .map(|(ours, theirs)| ours == theirs);
        let outcome = |owns: bool, shares: bool| match (owns, shares) {
            (true, _) => bit(6),
            (false, true) => bit(3),
            (false, false) => bit(0),
        };
        let either = |known: Option<bool>| known.map_or(vec![true, false], |known| vec![known]);
        let mut outcomes = Vec::new();
        for owns in either(owns) {
            outcomes.extend(
                either(self.shares(rights.gid))
                    .iter()
                    .map(|&action| outcome(owns, action)),
            );
        }
        // A user that may turn out to be root reads everything.
        if self.uid.is_none() {
            outcomes.push(true);
        }
        let first = *outcomes.first()?;
        outcomes
            .iter()
            .all(|&outcome| outcome == first)
            .then_some(first)
    }

    /// Whether it is in a group.
    fn shares(&self, gid: Option<u32>) -> Option<bool> {
        let gid = gid?;
        if self.groups.contains(&gid) {
            return Some(true);
        }
        Some(self.gid? == gid)
    }

    /// Takes `uid`, `uid:gid`, `root` or `nobody` apart. The numbers of other names are the
    /// image's secret. `group_of` tells the group of a user that is named without one.
    pub(super) fn of_text(
        text: &str,
        group_of: impl Fn(u32) -> Option<u32>,
    ) -> (Option<u32>, Option<u32>) {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        let uid = number(user);
        let gid = match group {
            Some(group) => number(group),
            None => uid.and_then(group_of),
        };
        (uid, gid)
    }
}

fn number(name: &str) -> Option<u32> {
    match name.trim() {
        "root" => Some(0),
        // Both Debian's and busybox's number.
        "nobody" | "nogroup" => Some(65534),
        other => other.parse().ok(),
    }
}

/// The group that a container runtime gives to a user who is named without one: that of the
/// image's /etc/passwd, else 0. Official images have only `root` and `nobody` in there that
/// matter.
pub(super) fn group_in_official_image(uid: u32) -> Option<u32> {
    match uid {
        65532 | 65534 => Some(uid),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(uid: Option<u32>, gid: Option<u32>, groups: &[u32]) -> RunAs {
        RunAs {
            uid,
            gid,
            groups: groups.to_vec(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn mode_bits_decide() {
        let rights = |mode, uid, gid| DeployedRights { mode, uid, gid };
        let nobody = user(Some(65534), Some(65534), &[]);
        for (who, file, want) in [
            (&nobody, rights(0o600, Some(0), Some(0)), Some(false)),
            (&nobody, rights(0o600, Some(65534), Some(0)), Some(true)),
            (&nobody, rights(0o640, Some(0), Some(65534)), Some(true)),
            (&nobody, rights(0o644, Some(0), Some(0)), Some(true)),
            (&nobody, rights(0o044, Some(65534), Some(0)), Some(false)),
            (
                &user(Some(1000), Some(0), &[2000]),
                rights(0o440, Some(0), Some(2000)),
                Some(true),
            ),
            (
                &user(Some(0), Some(0), &[]),
                rights(0o000, Some(1), Some(1)),
                Some(true),
            ),
            (
                &user(None, None, &[]),
                rights(0o600, Some(0), Some(0)),
                None,
            ),
            (
                &user(None, None, &[]),
                rights(0o644, None, None),
                Some(true),
            ),
            (
                &user(Some(1000), None, &[]),
                rights(0o640, Some(0), Some(0)),
                None,
            ),
            (
                &user(Some(1000), None, &[]),
                rights(0o600, Some(0), Some(0)),
                Some(false),
            ),
            (&nobody, rights(0o600, None, None), None),
        ] {
            assert_eq!(who.may_read(file), want, "{who:?} {file:?}");
        }
    }

    #[test]
    fn users_are_read() {
        let official = group_in_official_image;
        for (text, want) in [
            ("1000:2000", (Some(1000), Some(2000))),
            ("1000", (Some(1000), Some(0))),
            ("65534", (Some(65534), Some(65534))),
            ("nobody", (Some(65534), Some(65534))),
            ("root", (Some(0), Some(0))),
            ("prometheus", (None, None)),
            ("${UID}:${GID}", (None, None)),
            ("", (None, None)),
        ] {
            assert_eq!(RunAs::of_text(text, official), want, "{text}");
        }
    }
}
