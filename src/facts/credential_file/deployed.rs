//! Judging a path through what runs the configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::walk::{PathEnd, PathWalk, words_of_file};
use super::{FileLookup, FileState, PathBase, PathVerdict, Unverified, WorldReadableFile};
use crate::facts::deployment::{
    Access, MountSource, NotMounted, Platform, Provided, ResolvedPath, RunAs, RunCertainty,
    RunningDeployment,
};
use crate::facts::token::Observation;
use crate::finding::Evidence;

impl FileLookup<'_> {
    /// Judges a path in all that run the configuration. Where several do, a fault in one is a
    /// fault; where one of several does, only what is wrong in all of them is.
    pub(super) fn deployed(&self, runners: &[RunningDeployment<'_>], path: &str) -> PathVerdict {
        let mut all: Vec<_> = runners
            .iter()
            .map(|deployment| self.through(deployment, path))
            .collect();
        let is_fault = |verdict: &PathVerdict| {
            !matches!(verdict.state, FileState::Usable | FileState::Unverified(_))
        };
        let is_doubtful = runners
            .iter()
            .all(|deployment| deployment.certainty == RunCertainty::Doubtful);
        let faults = all.iter().filter(|verdict| is_fault(verdict)).count();
        let at = if faults > 0 && (!is_doubtful || faults == all.len()) {
            all.iter().position(is_fault)
        } else {
            let wanted = |verdict: &PathVerdict| match is_doubtful {
                true => verdict.state == FileState::Usable,
                false => verdict.state != FileState::Usable,
            };
            all.iter().position(wanted)
        };
        let mut judged = all.swap_remove(at.unwrap_or(0));
        if is_doubtful && faults > 0 && is_fault(&judged) && faults < runners.len() {
            judged.state = FileState::Unverified(Unverified::Doubtful);
        }
        judged.doubtful = is_doubtful && runners.len() > 1;
        judged
    }

    fn through(&self, runner: &RunningDeployment<'_>, path: &str) -> PathVerdict {
        let user = self.user_of(Some(runner));
        let mut judged = match runner.resolve(self.tree, path) {
            ResolvedPath::Provided(found) => self.provided(runner, &found, &user),
            ResolvedPath::NotMounted(lost) if runner.deployment.platform == Platform::Image => {
                let reason = format!(
                    "what runs {}, and what it mounts there, is not in the tree",
                    runner.deployment.name
                );
                PathVerdict::new(FileState::Unverified(Unverified::Unknown(reason)))
                    .with(lost.evidence)
            }
            ResolvedPath::NotMounted(lost) => not_mounted(runner, lost),
            ResolvedPath::Declared { evidence } => {
                PathVerdict::new(FileState::Usable).with(evidence)
            }
            ResolvedPath::External {
                reason,
                host,
                evidence,
            } => match host.filter(|_| self.host == PathBase::Here) {
                Some(path) => self.on_machine(Path::new("/"), &path, &user).with(evidence),
                None => PathVerdict::new(FileState::Unverified(Unverified::External(reason)))
                    .with(evidence),
            },
            ResolvedPath::Unknown { reason, evidence } => {
                PathVerdict::new(FileState::Unverified(Unverified::Unknown(reason))).with(evidence)
            }
        };
        let mut evidence = runner.evidence.clone();
        evidence.append(&mut judged.evidence);
        judged.evidence = evidence;
        judged.refused(&user);
        judged.evidence = distinct(std::mem::take(&mut judged.evidence));
        judged.path = runner.path_of(path);
        judged
    }

    fn provided(
        &self,
        runner: &RunningDeployment<'_>,
        found: &Provided<'_>,
        user: &RunAs,
    ) -> PathVerdict {
        let mut judged = match &found.tree_file {
            Some(file) => self.tree_file(runner, found, file, user),
            None => self.written(found),
        };
        judged.near.clone_from(&found.near);
        if let Access::Set(rights) = found.access {
            if judged.state == FileState::Usable && user.may_read(rights) == Some(false) {
                let words = words_of_file(rights);
                judged.state = FileState::Unreadable(format!("its mode is {words}"));
            }
            let place = found.mode_place.clone();
            judged.open =
                place
                    .filter(|_| rights.world_readable())
                    .map(|place| WorldReadableFile {
                        mode: rights.mode,
                        place: Some(place),
                    });
        }
        judged.with(found.evidence.clone())
    }

    /// A file that is made of a value in a manifest or a compose file, or of one that is not seen.
    fn written(&self, found: &Provided<'_>) -> PathVerdict {
        let Some(written) = &found.written else {
            return PathVerdict::new(FileState::Usable);
        };
        let content = written.content.observe(self.now);
        let state = match content.contains(&Observation::Empty) {
            true => FileState::Empty,
            false => FileState::Usable,
        };
        let mut judged = PathVerdict::new(state);
        judged.content = content;
        judged.written = Some(Arc::clone(written));
        judged
    }

    /// A file of the tree that is mounted, copied, or made into a key.
    fn tree_file(
        &self,
        runner: &RunningDeployment<'_>,
        found: &Provided<'_>,
        file: &Path,
        user: &RunAs,
    ) -> PathVerdict {
        let root = &runner.deployment.root;
        let same = found.access == Access::SameFile;
        // Links of a folder that is mounted lead nowhere once they leave it.
        let base = match &found.mount.source {
            MountSource::Tree(source) if same && file != source => source.clone(),
            _ if same => file.parent().unwrap_or(root).to_owned(),
            _ => root.clone(),
        };
        let inside = self.tree.resolve(&base);
        let inside = inside.map_or(true, |base| base.starts_with(root));
        if !file.starts_with(root) || !inside {
            return PathVerdict::new(FileState::Unverified(Unverified::Outside));
        }
        let below: PathBuf = file.strip_prefix(&base).unwrap_or(file).to_owned();
        let walk = PathWalk {
            tree: self.tree,
            base,
            is_root: false,
            user: Some(user).filter(|_| same),
            now: self.now,
        };
        let end = walk.follow(&below);
        // The mode of a file in a checkout says nothing of who may read it later.
        let end = PathEnd {
            open: end.open.filter(|_| self.host == PathBase::Here),
            ..end
        };
        let is_of_its_own =
            matches!(&found.mount.source, MountSource::Tree(source) if source == file);
        let mut judged = self.unless_ignored(PathVerdict::from(end), file);
        if let (FileState::Missing(_), true) = (&judged.state, is_of_its_own) {
            let (path, line) = (found.mount.place.path(), found.mount.place.start().line);
            let reason = format!("{path}:{line} mounts this very file, which the tree lacks");
            judged.state = FileState::Unverified(Unverified::Unknown(reason));
        }
        judged
    }
}

fn not_mounted(runner: &RunningDeployment<'_>, lost: NotMounted) -> PathVerdict {
    let mut judged = PathVerdict::new(FileState::NotMounted {
        who: runner.deployment.name.clone(),
        mounts: lost.mounts,
    });
    judged.near = lost.near;
    judged.with(lost.evidence)
}

/// The same without repetitions of one place.
fn distinct(evidence: Vec<Evidence>) -> Vec<Evidence> {
    let mut out: Vec<Evidence> = Vec::new();
    for place in evidence {
        let same = |other: &Evidence| {
            other.place.path() == place.place.path() && other.place.span() == place.place.span()
        };
        match out.iter_mut().find(|other| same(other)) {
            Some(other) if other.message == place.message => {}
            Some(other) => other.message = format!("{}; {}", other.message, place.message),
            None => out.push(place),
        }
    }
    out
}
