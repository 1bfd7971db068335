//! Containers that start Prometheus with a configuration that is not in the tree, or that nothing leads
//! to: their command lines are judged too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::before_2::old_place;
use super::policies::{Policies, PolicyScope};
use super::request::{Request, Run};
use super::survey::{Survey, own_fault};
use super::web_file;
use crate::discover;
use crate::facts::Facts;
use crate::facts::deployment::{
    Deployment, is_unit, may_be_chart, may_run_prometheus, may_start, of_texts,
};
use crate::finding::{Finding, Place, Text};
use crate::panics;
use crate::parallel;
use crate::policy::Policy;
use crate::rules;
use crate::schema::TargetReleases;
use crate::source::{FoundFile, Tree};

/// A place by its order.
type PlaceKey = (Arc<str>, u32, u32);

fn spot(place: &Place) -> PlaceKey {
    let span = place.span();
    (Arc::clone(place.path()), span.start, span.end)
}

/// One file of each policy without a configuration in sight that may start Prometheus: only these are
/// worth reading the rest of the tree for.
pub(super) fn starting<'s>(
    request: &Request,
    survey: &'s Survey,
    policies: &Policies,
    tree: &dyn Tree,
) -> Vec<&'s FoundFile> {
    let seen = survey.seen.iter();
    let known: BTreeSet<usize> = seen.map(|seen| policies.scope_of(&seen.found)).collect();
    let others = survey.others.iter();
    let others: Vec<&FoundFile> = others
        .filter(|found| !known.contains(&policies.scope_of(found)))
        .collect();
    let starting = parallel::map_small(request.threads, &others, |found| {
        let text = survey.text_of(found, tree)?;
        let bytes = text.content().as_bytes();
        let starts = may_run_prometheus(bytes) && may_start(&found.path, bytes);
        let is_one = starts || is_unit(&found.path) || may_be_chart(bytes);
        is_one.then_some(*found)
    });
    starting.into_iter().flatten().collect()
}

/// What is found in the command lines of the containers that no configuration led to.
pub(super) fn judge<'p>(
    request: &Request,
    survey: &Survey,
    policies: &'p Policies,
    facts: &BTreeMap<usize, Facts<'_>>,
    judged: &[Place],
    tree: &dyn Tree,
    run: &mut Run,
) -> Vec<(Finding, &'p Policy)> {
    let mut judged: HashSet<PlaceKey> = judged.iter().map(spot).collect();
    let seen = survey.seen.iter().map(|seen| &seen.found);
    let files: HashMap<&Path, &FoundFile> = survey
        .others
        .iter()
        .chain(seen)
        .map(|found| (&*found.path, found))
        .collect();
    let mut out = Vec::new();
    for (number, facts) in facts {
        let Some(scope) = policies.scope(*number) else {
            continue;
        };
        let is_of_scope = |deployment: &&Deployment| {
            let found = files.get(&*deployment.file);
            found.is_some_and(|found| policies.scope_of(found) == *number)
        };
        let exporters = facts.exporters().filter(is_of_scope);
        let web = exporters.flat_map(|exporter| web_file::of_deployment(facts, exporter));
        out.extend(web.map(|finding| (finding, &scope.policy)));
        let units = units(survey, policies, *number, scope, tree);
        for deployment in facts.containers().chain(&units) {
            let Some(found) = files.get(&*deployment.file) else {
                continue;
            };
            let is_own = policies.scope_of(found) == *number;
            // A template's flags are not what runs, and releases before 2.0 had others.
            let is_other = discover::is_template(&found.path) || old_place(deployment).is_some();
            if !is_own || is_other {
                continue;
            }
            let web = web_file::of_deployment(facts, deployment).into_iter();
            out.extend(web.map(|finding| (finding, &scope.policy)));
            if !judged.insert(spot(&deployment.place)) {
                continue;
            }
            let mut versions = request.versions.clone();
            if versions.is_empty() {
                let releases = scope.policy.releases_of(&found.shown);
                versions.extend(releases.iter().map(|(version, _)| *version));
            }
            let target = TargetReleases::of_all(versions);
            let timings = request.watch.rules();
            let judge = || rules::judge_container(deployment, facts, &target, timings);
            match panics::caught(judge) {
                Ok(judgment) => {
                    let findings = judgment.findings.into_iter();
                    out.extend(findings.map(|finding| (finding, &scope.policy)));
                }
                Err(caught) => run.problems.push(own_fault(&found.shown, Some(&caught))),
            }
        }
    }
    out
}

/// The Prometheus servers that units of a policy start, with the files of the tree that these surely load.
fn units(
    survey: &Survey,
    policies: &Policies,
    number: usize,
    scope: &PolicyScope,
    tree: &dyn Tree,
) -> Vec<Deployment> {
    let others = survey.others.iter();
    let own = others.filter(|found| is_unit(&found.path) && policies.scope_of(found) == number);
    let texts: Vec<Arc<Text>> = own
        .filter_map(|found| survey.text_of(found, tree))
        .collect();
    of_texts(tree, &scope.root, &texts)
}
