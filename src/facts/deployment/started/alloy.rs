//! Containers that start Alloy.

use std::collections::BTreeSet;

use super::{ArgumentSource, ProgramStart, StartedContainer};

/// Endings of configurations of Grafana Alloy, by which mounts of them are known.
pub(super) const ALLOY: &[&str] = &[".alloy", ".river"];

impl StartedContainer<'_> {
    /// The configurations of Grafana Alloy that it gets, by the paths where they are mounted, or that
    /// it is started with.
    pub(super) fn alloy(&self) -> Vec<ProgramStart> {
        let deployment = self.deployment;
        let mounted = deployment.mounts.iter().map(|mount| &mount.path);
        let arguments = &deployment.arguments.list;
        let named = arguments.iter().map(|argument| &argument.text);
        let is_run = arguments.windows(2).filter_map(|pair| match pair {
            [run, path] if run.text == "run" && path.text.starts_with('/') => Some(&path.text),
            _ => None,
        });
        let paths: BTreeSet<&String> = mounted
            .chain(named)
            .filter(|path| path.starts_with('/') && is_alloy(path))
            .chain(is_run.filter(|_| self.runs_alloy()))
            .collect();
        let starts = paths.into_iter().flat_map(|path| {
            let start = ProgramStart {
                what: format!("{} starts Alloy with `{path}`", deployment.name),
                place: self.place_of(path),
                files: self.files(),
                target: None,
                is_sure: false,
                is_listed: false,
                is_alloy: true,
                leads: ArgumentSource::Unknown(String::new()),
            };
            self.followed(&start, path, true)
        });
        starts.collect()
    }

    pub(super) fn runs_alloy(&self) -> bool {
        let images = self.deployment.image.iter().chain(&self.deployment.base);
        images.into_iter().any(|image| {
            let name = image.repository().rsplit('/').next().unwrap_or_default();
            matches!(name, "alloy" | "agent" | "grafana-agent" | "grafana-alloy")
        })
    }
}

pub(super) fn is_alloy(path: &str) -> bool {
    ALLOY.iter().any(|ending| path.ends_with(ending))
}
