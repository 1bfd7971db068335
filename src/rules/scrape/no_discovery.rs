//! `scrape/no-discovery`: jobs and Alertmanagers that never find a target.

use crate::finding::Severity;
use crate::prometheus::targets::is_discovery;
use crate::prometheus::{Config, TargetSection};
use crate::rules::RuleFindings;

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for job in config
        .jobs()
        .filter(|job| job.finds_nothing() && !is_stub(*job) && !job.may_have_more())
    {
        say(
            job,
            "the job has no service discovery, so it never has targets",
            out,
        );
    }
    // Several entries that share one discovery are one that was split: `scrape/split-entry`.
    let managers: Vec<_> = config.alertmanagers().collect();
    let is_lost = |manager: &TargetSection<'_>| manager.finds_nothing() && !manager.may_have_more();
    if managers.iter().all(is_lost) {
        for one in managers {
            let message = "the entry has no service discovery, so no alert is ever sent";
            say(one, message, out);
        }
    }
}

fn say(section: TargetSection<'_>, message: &str, out: &mut RuleFindings<'_>) {
    let empty = section
        .keys()
        .find(|key| is_discovery(key.as_str().unwrap_or_default()));
    let (place, help) = match empty {
        Some(key) => (key, "fill the list in; it is empty"),
        None => (
            section.anchor(),
            "add `static_configs` or a service discovery",
        ),
    };
    out.push(out.at(place, Severity::Warning, message).help(help));
}

/// Whether a job has nothing but a name and how often it is scraped: it is still to be written.
fn is_stub(job: TargetSection<'_>) -> bool {
    let stub = ["job_name", "scrape_interval", "scrape_timeout"];
    let mut keys = job.keys();
    keys.all(|key| key.as_str().is_some_and(|key| stub.contains(&key)))
}
