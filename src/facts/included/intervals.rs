//! The shortest interval at which a configuration takes samples.

use std::sync::Arc;

use super::FileSet;
use crate::finding::Place;
use crate::prometheus::TargetSection;
use crate::schema::scalar;
use crate::yaml::{Document, Node};

/// The default of `scrape_interval` and `evaluation_interval`, in milliseconds
/// (prometheus/prometheus `config.DefaultGlobalConfig`).
const DEFAULT: i64 = 60_000;

/// An interval, and where it is set; nowhere for the default.
pub(super) type Interval = (i64, Option<Place>);

/// The shortest interval of a configuration's jobs and groups of rules; none if samples may come at
/// others. `included` are the files of jobs that it names, `group` is the shortest interval of a group
/// of rules, and `of_targets` whether a target file may set the interval of its targets.
pub(super) fn shortest(
    main: &Document,
    included: &[Arc<FileSet>],
    group: Option<i64>,
    of_targets: bool,
) -> Option<Interval> {
    let root = main.root()?;
    if root.get("remote_read").is_some_and(|node| !node.is_null()) || root.get("otlp").is_some() {
        return None;
    }
    let mut jobs: Vec<Node<'_>> = items(root).collect();
    for set in included {
        for number in 0..set.files().len() {
            // One that cannot be read may have any job.
            let (_, document) = set.document(number)?;
            jobs.extend(document.root().into_iter().flat_map(items));
        }
    }
    let sections = jobs.iter().filter_map(|job| TargetSection::new(*job, true));
    if of_targets || sections.into_iter().any(may_set_interval) {
        return None;
    }
    let global = |key: &str| match root.get("global").and_then(|global| global.get(key)) {
        Some(node) => interval(node),
        None => Some((DEFAULT, None)),
    };
    let mut all = Vec::new();
    for job in &jobs {
        all.push(match job.get("scrape_interval") {
            Some(node) => interval(node)?,
            None => global("scrape_interval")?,
        });
    }
    let scraped = all
        .into_iter()
        .min_by_key(|(milliseconds, _)| *milliseconds)?;
    let evaluated = global("evaluation_interval")?;
    let groups = group.map(|milliseconds| (milliseconds, None));
    let all = [scraped, evaluated].into_iter().chain(groups);
    all.min_by_key(|(milliseconds, _)| *milliseconds)
}

/// The label that is the interval of a target (`scrape.PopulateLabels`, 2.30 and later).
pub(super) const LABEL: &str = "__scrape_interval__";

/// Whether targets of a job may have an interval of their own: by a label of a group or of what a
/// discovery finds, or by a relabel rule.
fn may_set_interval(job: TargetSection<'_>) -> bool {
    let mut discoveries = job.discoveries().map(|(key, _)| key);
    discoveries.any(|key| matches!(key, "http_sd_configs" | "kuma_sd_configs"))
        || job.group_labels(LABEL).next().is_some()
        || job.may_set(LABEL)
}

fn items(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let jobs = root.get("scrape_configs").into_iter();
    jobs.flat_map(Node::items).filter(|job| !job.is_null())
}

fn interval(node: Node<'_>) -> Option<Interval> {
    let duration = scalar::duration(node.as_str()?).ok()?;
    (duration.milliseconds > 0).then(|| (duration.milliseconds, Some(node.place())))
}
