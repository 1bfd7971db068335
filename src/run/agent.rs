//! Whether a configuration is one for an agent, by what the tree says of who runs it.

use super::chart_agent;
use super::survey::ScannedFile;
use crate::discover::EmbeddedIn;
use crate::facts::Facts;
use crate::facts::deployment::{Deployment, RunCertainty, RunningDeployment};
use crate::finding::Place;
use crate::prometheus::Config;
use crate::yaml::{Document, Node};

/// Sections that agents reject (Prometheus `config/config.go`, `LoadFile` with `agentMode`).
const REFUSED: &[&str] = &["alerting", "rule_files", "remote_read"];

/// Where the tree says that a configuration is run in agent mode: every deployment that it surely
/// belongs to is an agent. Nothing is looked up without a section that agents reject.
pub(crate) fn evidence(
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) -> Option<Place> {
    let root = Config::new(document)?.root();
    let has = |key: &str| root.get(key).is_some_and(|node: Node<'_>| !node.is_null());
    if !REFUSED.iter().any(|key| has(key)) {
        return None;
    }
    if let Some(EmbeddedIn::Values { .. }) = &seen.recognized.holder {
        return chart_agent::evidence(document, facts);
    }
    let runners = facts.runners(&seen.found.path, seen.recognized.holder.as_ref());
    // A script that starts the container tells more than its image.
    let is_scripted =
        |runner: &RunningDeployment<'_>| runner.deployment.is_started_by_something_else();
    if runners
        .iter()
        .all(|runner| is_scripted(runner) && runner.deployment.agent().is_none())
    {
        let is_file = seen.recognized.holder.is_none();
        // An agent that sends nothing does nothing: without remote write no script is looked at.
        let sends = is_file && has("remote_write");
        return sends.then(|| by_command(seen, facts, &runners)).flatten();
    }
    let is_agent = |runner: &RunningDeployment<'_>| {
        runner.certainty != RunCertainty::Doubtful && runner.deployment.agent().is_some()
    };
    if !runners.iter().all(is_agent) {
        return None;
    }
    runners.first()?.deployment.agent().cloned()
}

/// Where a script, a unit or another text starts an agent with the configuration in a file, if all that
/// start something with it do. `runners` are the containers that they start it in.
fn by_command(
    seen: &ScannedFile,
    facts: &Facts<'_>,
    runners: &[RunningDeployment<'_>],
) -> Option<Place> {
    // The feature that makes an agent is unknown since 3.0.
    let mut releases = runners
        .iter()
        .filter_map(|runner| runner.deployment.release());
    let is_new = releases.any(|release| release >= (3, 0));
    let commands = facts.commands_starting(&seen.found.path);
    let agent = |command: &&Deployment| match is_new {
        true => command.arguments.switch("agent").cloned(),
        false => command.agent().cloned(),
    };
    let agents: Option<Vec<Place>> = commands.iter().map(agent).collect();
    agents?.into_iter().next()
}
