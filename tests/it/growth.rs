//! Work grows no faster than the tree: counted in texts that are parsed, and in instructions, by
//! valgrind, so that no clock and no other work of the machine has a say. Without valgrind the latter
//! is not tested; with it, and a program that is not optimized, each tree takes a minute, so that these
//! tests are run on request. `PROMVET` names an optimized program to count instead.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that can't go on panics, and one that is skipped says so"
)]

use std::process::Command;

use crate::support::program::{PROMVET, Ran};
use crate::support::scratch::Scratch;

#[path = "../../benches/support/trees.rs"]
mod trees;

use trees::{Grow, TREES};

/// How many things the smaller tree has. What grows with the square of it shows from here on.
const COUNT: usize = 150;

/// Twice the tree may take so much of the work, in percent: what is linear takes 200, what needs
/// sorting a little more.
const MOST: u64 = 230;

/// What a check of a tree has to do.
#[derive(Clone, Copy)]
enum Task {
    /// All of it.
    Whole,
    /// What a change of the first URL in each file makes worse.
    Change,
}

/// The instructions of a check of a tree; none without valgrind.
fn instructions(grow: Grow, task: Task, count: usize) -> Option<u64> {
    let mut grown = grow(count);
    let scratch = Scratch::empty();
    for (path, content) in &grown.files {
        scratch.file(path, content);
    }
    if let Task::Change = task {
        scratch.git(&["init", "-q"]);
        scratch.commit("First");
        for (path, content) in &grown.files {
            scratch.file(path, content.replacen("https://", "https:/", 1));
        }
        grown.named.extend(["--since", "HEAD"].map(str::to_owned));
    }
    let program = std::env::var_os("PROMVET").unwrap_or_else(|| PROMVET.into());
    let mut command = Command::new("valgrind");
    command
        .current_dir(scratch.path())
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--threads", "1"])
        .args(&grown.named);
    let ran: Ran = command.output().ok()?.into();
    let status = ran.status.unwrap_or(2);
    assert!(status < 2, "{}", ran.said());
    // `==123== Collected : 456`
    let (_, count) = ran.stderr.split_once("Collected : ")?;
    count.split_whitespace().next()?.parse().ok()
}

/// How many texts a check of a tree parses.
fn texts_parsed(grow: Grow, count: usize) -> usize {
    let grown = grow(count);
    let scratch = Scratch::empty();
    for (path, content) in &grown.files {
        scratch.file(path, content);
    }
    let named = grown.named.iter().map(String::as_str);
    let args: Vec<_> = named.chain(["--stats"]).collect();
    scratch.promvet(&args).texts_parsed()
}

#[test]
fn twice_the_tree_takes_twice_the_parsing() {
    for (name, grow) in TREES {
        let [none, once, twice] = [0, 12, 24].map(|count| texts_parsed(*grow, count));
        // One text more, such as a folder's only one, is no growth.
        let most = 2 * once.saturating_sub(none) + 2;
        assert!(twice <= none + most, "{name}: {none}, {once}, {twice}");
    }
}

#[test]
fn manifests_that_mount_nothing_of_prometheus_are_not_parsed() {
    let (_, grow) = TREES.iter().find(|(name, _)| *name == "manifests").unwrap();
    // Each fourth has a volume at /etc/prometheus.
    let beside = texts_parsed(*grow, 60) - texts_parsed(*grow, 0);
    assert!(beside <= 60 / 4, "{beside}");
}

fn grows_in_step(name: &str, task: Task) {
    let (_, grow) = TREES.iter().find(|(one, _)| *one == name).unwrap();
    let counts = [0, COUNT, COUNT * 2].map(|count| instructions(*grow, task, count));
    let [Some(start), Some(once), Some(twice)] = counts else {
        eprintln!("skipped: there is no valgrind");
        return;
    };
    let share = (twice - start) * 100 / (once - start);
    eprintln!("{name}: {start}, {once}, {twice}: {share} %");
    assert!(share <= MOST, "{name}: {start}, {once}, {twice}: {share} %");
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn manifests() {
    grows_in_step("manifests", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn deployments() {
    grows_in_step("deployments", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn compose_files() {
    grows_in_step("compose-files", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn compose_services() {
    grows_in_step("compose-services", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn issuers() {
    grows_in_step("issuers", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn overrides() {
    grows_in_step("overrides", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn patterns() {
    grows_in_step("patterns", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn named_files() {
    grows_in_step("named-files", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn resources() {
    grows_in_step("resources", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn vmagent_urls() {
    grows_in_step("vmagent-urls", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn included() {
    grows_in_step("included", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn copies() {
    grows_in_step("copies", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn here_documents() {
    grows_in_step("here-documents", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn ingress_routes() {
    grows_in_step("ingress-routes", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn changed_resources() {
    grows_in_step("resources", Task::Change);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn variables() {
    grows_in_step("variables", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn networks() {
    grows_in_step("networks", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn namesakes() {
    grows_in_step("namesakes", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn certificates() {
    grows_in_step("certificates", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn missing_rules() {
    grows_in_step("missing-rules", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn compose_variants() {
    grows_in_step("compose-variants", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn sharers() {
    grows_in_step("sharers", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn label_maps() {
    grows_in_step("label-maps", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn policy_mounts() {
    grows_in_step("policy-mounts", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn prometheuses() {
    grows_in_step("prometheuses", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn monitors() {
    grows_in_step("monitors", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn unused_overrides() {
    grows_in_step("unused-overrides", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn shared_patterns() {
    grows_in_step("shared-patterns", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn prometheus_files() {
    grows_in_step("prometheus-files", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn monitored_files() {
    grows_in_step("monitored-files", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn secret_namesakes() {
    grows_in_step("secret-namesakes", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn volumes() {
    grows_in_step("volumes", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn alloy_ways() {
    grows_in_step("alloy-ways", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn sharers_of_variables() {
    grows_in_step("sharers-of-variables", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn overlays() {
    grows_in_step("overlays", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn values_files() {
    grows_in_step("values-files", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn vmagent_flags() {
    grows_in_step("vmagent-flags", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn builds() {
    grows_in_step("builds", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn scripts() {
    grows_in_step("scripts", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn units() {
    grows_in_step("units", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn alert_labels() {
    grows_in_step("alert-labels", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn unfilled() {
    grows_in_step("unfilled", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn missing_keys() {
    grows_in_step("missing-keys", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn authenticators() {
    grows_in_step("authenticators", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn own_variables() {
    grows_in_step("own-variables", Task::Whole);
}

#[test]
#[ignore = "minutes under valgrind: cargo test --test it growth:: -- --ignored"]
fn no_tenant() {
    grows_in_step("no-tenant", Task::Whole);
}
