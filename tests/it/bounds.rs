//! What keeps a run within bounds.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use promvet::deadline::Deadline;
use promvet::report::{Options, OutcomeFormat};
use promvet::run::{Request, run};
use promvet::source::Memory;
use promvet::work;

use crate::support::program::{PROMVET, Ran};
use crate::support::scratch::Scratch;

#[test]
fn without_time_every_file_is_listed_as_not_checked() {
    let faulty = "remote_write:\n- url: nowhere\n";
    let tree = Memory::new()
        .file("/tree/a.yml", faulty)
        .file("/tree/b/prometheus.yml", faulty);
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        deadline: Deadline::after(Duration::ZERO),
        ..Request::default()
    };
    let run = run(&request, &tree);
    assert!(run.outcome.is_incomplete() && run.outcome.findings().is_empty());
    let unchecked: Vec<_> = run
        .outcome
        .unchecked()
        .iter()
        .map(|one| one.place.path().to_string())
        .collect();
    assert_eq!(unchecked.len(), 2, "{unchecked:?}");
    // Problems make the exit code 2.
    let [problem] = run.problems.as_slice() else {
        panic!("{:?}", run.problems)
    };
    assert!(
        problem.contains("--max-time") && problem.contains("2 files"),
        "{problem}"
    );
    let mut json = Vec::new();
    OutcomeFormat::Json
        .write(&run.outcome, &mut json, &Options::default())
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["incomplete"], true);
}

#[test]
fn with_time_nothing_is_incomplete() {
    let tree = Memory::new().file("/tree/a.yml", "remote_write:\n- url: nowhere\n");
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        deadline: Deadline::after(Duration::from_secs(3600)),
        ..Request::default()
    };
    let run = run(&request, &tree);
    assert!(!run.outcome.is_incomplete() && run.problems.is_empty());
    assert!(!run.outcome.findings().is_empty());
}

/// A tree in which what is said of a configuration rests on compose files, manifests, Dockerfiles,
/// scripts and included files.
fn told_by_others(count: usize) -> Memory {
    let entry = "- url: https://mimir.example.com/api/v1/push\n  bearer_token_file: /etc/prometheus/token\n";
    let mut tree = Memory::new()
        .file("/tree/promvet.yaml", "root: true\n")
        .file(
            "/tree/prometheus.yml",
            &*format!("rule_files: [rules/*.yml]\nglobal: {{external_labels: {{a: __A__}}}}\nremote_write:\n{entry}"),
        )
        .file("/tree/token", "a.b.c")
        .file("/tree/render.sh", "sed s/__A__/b/ prometheus.yml")
        .file(
            "/tree/compose.yml",
            "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml', './token:/etc/prometheus/token']\n",
        );
    for number in 0..count {
        tree = tree
            .file(format!("/tree/k/{number}.yaml"), &*format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a{number}}}\nspec: {{template: {{spec: {{containers: [{{name: p, image: prom/prometheus}}]}}}}}}\n"))
            .file(format!("/tree/i/{number}.yaml"), &*format!("apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {{name: c{number}}}\nspec: {{secretName: a, dnsNames: [mimir.example.com], issuerRef: {{name: le}}}}\n"))
            .file(format!("/tree/c{number}/compose.yml"), "services: {p: {image: prom/prometheus, build: .}}\n")
            .file(format!("/tree/c{number}/Dockerfile"), "FROM prom/prometheus\nCOPY token /etc/prometheus/token\n")
            .file(format!("/tree/rules/{number}.yml"), "groups: [{name: a, rules: [{record: b, expr: c}]}]\n");
    }
    tree
}

/// What a run says of a tree if it may look at the time so often, and how many looks were left.
fn said_after(looks: i64, tree: &Memory) -> (Vec<String>, bool, bool, i64) {
    let left: &'static AtomicI64 = Box::leak(Box::new(AtomicI64::new(looks)));
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        threads: 1,
        deadline: Deadline::after_looks(left),
        ..Request::default()
    };
    let run = run(&request, tree);
    let said = run.outcome.findings().iter();
    let said = said.map(|one| {
        format!(
            "{} {} {}",
            one.finding.rule,
            one.finding.place.path(),
            one.finding.message
        )
    });
    let problem = run.problems.iter().any(|it| it.contains("--max-time"));
    (
        said.collect(),
        run.outcome.is_incomplete(),
        problem,
        left.load(Ordering::Relaxed),
    )
}

/// Whenever the time runs out: what is said is part of what is said with time, and the report says
/// that it is incomplete.
#[test]
fn nothing_false_is_reported_when_the_time_runs_out() {
    let tree = told_by_others(2);
    let most = 100_000;
    let (all, incomplete, ..) = said_after(most, &tree);
    assert!(!incomplete && !all.is_empty());
    let mut stopped = 0;
    for looks in 0..most {
        let (said, incomplete, problem, _) = said_after(looks, &tree);
        assert_eq!(incomplete, problem, "{looks}");
        if !incomplete {
            assert_eq!(said, all);
            break;
        }
        stopped += 1;
        for one in &said {
            assert!(all.contains(one), "{looks} looks: {one}");
        }
    }
    assert!(stopped > 30, "{stopped}");
}

/// Each file that only describes others is looked at in the survey, when it is taken up as a fact, and
/// when it is parsed: before each there is a look at the time.
#[test]
fn the_time_is_looked_at_before_each_file_of_facts() {
    let most = 1_000_000;
    let looks = |count| most - said_after(most, &told_by_others(count)).3;
    let files = 5;
    let added = looks(40) - looks(20);
    assert!(added >= 20 * files * 3, "{added}");
}

/// A file is not finished when the time is over: it is listed as not checked.
#[test]
fn the_time_is_looked_at_while_a_file_is_judged() {
    let entry = "- url: https://mimir.example.com/api/v1/push\n  write_relabel_configs: [{source_labels: [a], regex: 'b.*', action: drop}]\n";
    let text = format!("remote_write:\n{}", entry.repeat(4000));
    let tree = Memory::new().file("/tree/prometheus.yml", text);
    let most = 100_000;
    let ((_, incomplete, _, left), all) = work::of(|| said_after(most, &tree));
    assert!(!incomplete);
    let looks = most - left;
    assert!(looks > 20, "{looks}");
    for share in [4, 2] {
        let ((said, incomplete, problem, _), work) = work::of(|| said_after(looks / share, &tree));
        assert!(incomplete && problem && said.is_empty(), "{said:?}");
        let most = all * 2 / share.unsigned_abs();
        assert!(work < most, "{share}: {work} of {all}");
    }
}

/// Where the system starts no further thread (`ulimit -u`, `pids.max`), the same is said as with
/// threads. Root is above the limit, so that somebody else has to run it then.
#[test]
#[cfg(unix)]
fn without_threads_the_same_is_reported() {
    let scratch = Scratch::empty();
    for number in 0..60 {
        let faulty = format!("remote_write:\n- url: nowhere-{number}\n");
        scratch.file(&format!("{number}/prometheus.yml"), faulty);
    }
    scratch.chmod("", 0o755);
    let check = [PROMVET, "check", "--threads", "8", "--format", "concise"];
    // `ulimit -u` is not in every shell; prlimit and setpriv come with util-linux.
    let run = |limit: &[&str], program: &[&str]| {
        let other = [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ];
        let ways = [&other[..], &["env"]];
        ways.iter().find_map(|way| {
            let all = [way, limit, program].concat();
            let mut command = Command::new(all[0]);
            Ran::try_of(command.args(&all[1..]).current_dir(scratch.path()))
        })
    };
    let limit = ["prlimit", "--nproc=1:1", "--"];
    let forks = run(&limit, &["sh", "-c", "true & wait $!"]);
    let starts = run(&limit, &[PROMVET, "--version"]);
    let is_limited = forks.is_some_and(|ran| ran.status != Some(0));
    if !is_limited || starts.is_none_or(|ran| ran.status != Some(0)) {
        eprintln!("skipped: threads cannot be limited here (setpriv, prlimit)");
        return;
    }
    let free = run(&[], &check).unwrap();
    let bound = run(&limit, &check).unwrap();
    assert_eq!(free.status, Some(1), "{}", free.said());
    assert_eq!(free.lines().len(), 60, "{}", free.said());
    let said = (bound.status, &bound.stdout);
    assert_eq!(said, (free.status, &free.stdout), "{}", bound.stderr);
}

/// The most that the work may grow when the input is doubled: twice, and a little for what is
/// rounded.
const MOST: f64 = 2.3;

/// The counted work of a check of a tree, and what it says is not checked.
fn checked(tree: &Memory) -> (u64, Vec<String>) {
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        threads: 1,
        ..Request::default()
    };
    let (run, work) = work::of(|| run(&request, tree));
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    let unchecked = run.outcome.unchecked().iter();
    (work, unchecked.map(|one| one.reason.clone()).collect())
}

fn grows_in_step(name: &str, size: usize, tree: impl Fn(usize) -> Memory) {
    let (small, large) = (checked(&tree(size)).0, checked(&tree(size * 2)).0);
    assert!(small >= 1000, "{name}: {small}: nothing is counted");
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let ratio = large as f64 / small as f64;
    assert!(ratio < MOST, "{name}: {small}, {large}: {ratio}");
}

#[test]
fn files_that_include_each_other_cost_what_they_are_long() {
    for (head, job) in [
        ("", "a{}"),
        ("global: {scrape_interval: 10s}\n", "a{}"),
        ("", "the-same"),
        ("rule_files: ['*.yml', 'c1.yml']\n", "a{}"),
    ] {
        grows_in_step(&format!("includes {head}{job}"), 50, |size| {
            (0..size).fold(Memory::new(), |tree, file| {
                let job = job.replace("{}", &file.to_string());
                let text = format!(
                    "{head}scrape_config_files: ['*.yml']\nscrape_configs: [{{job_name: {job}}}]\n"
                );
                tree.file(format!("/tree/c{file}.yml"), text)
            })
        });
    }
}

#[test]
fn files_that_many_configurations_name_cost_what_they_are_long() {
    for (setting, file) in [
        ("rule_files: ['shared/*.yml']", "groups: []\n"),
        (
            "scrape_configs: [{job_name: a, file_sd_configs: [{files: ['shared/*.yml']}]}]",
            "- targets: [a]\n",
        ),
        (
            "scrape_config_files: ['shared/*.yml']",
            "scrape_configs: [{job_name: {}}]\n",
        ),
    ] {
        grows_in_step(setting, 50, |size| {
            (0..size).fold(Memory::new(), |tree, number| {
                let head = "global: {scrape_interval: 10s}\n";
                let shared = file.replace("{}", &number.to_string());
                tree.file(format!("/tree/c{number}.yml"), format!("{head}{setting}\n"))
                    .file(format!("/tree/shared/r{number}.yml"), shared)
            })
        });
    }
}

/// A service that each of so many services extends another one of.
fn extending(count: usize) -> String {
    let mut text = "x-a: &a {}\nservices:\n  <<: *a\n".to_owned();
    for service in 0..count {
        let next = service + 1;
        text.push_str(&format!(
            "  s{service}:\n    extends: {{service: s{next}}}\n    image: prom/prometheus\n"
        ));
        text.push_str("    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n");
    }
    text
}

#[test]
fn what_tells_of_deployments_costs_what_it_is_long() {
    let continued =
        |line: &str, count: usize| format!("FROM prom/prometheus\nRUN{}\n", line.repeat(count));
    let heredocs = |count: usize| {
        let names = |before: &str, behind: &str| -> String {
            (0..count)
                .map(|name| format!("{before}E{name}{behind}"))
                .collect()
        };
        format!(
            "FROM prom/prometheus\nRUN{}\n{}",
            names(" <<", ""),
            names("", "\n")
        )
    };
    let files: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("Dockerfile", &|count| continued(" \\\n a", count)),
        ("Dockerfile", &|count| continued(" \\\n", count)),
        ("Dockerfile", &|count| {
            continued(" \\\n COPY prometheus.yml /etc/prometheus/", count)
        }),
        ("Dockerfile", &heredocs),
        ("compose.yaml", &extending),
    ];
    let endpoint =
        "remote_write:\n- url: https://mimir.example.com/api/v1/push\n  bearer_token_file: /v/t\n";
    for (number, (name, text)) in files.into_iter().enumerate() {
        grows_in_step(&format!("{name} {number}"), 400, |size| {
            Memory::new()
                .file("/tree/prometheus.yml", endpoint)
                .file(format!("/tree/{name}"), text(size))
        });
    }
}

#[test]
fn yaml_nested_to_the_limit_costs_what_it_is_long() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        grows_in_step(open, 2000, |size| {
            let head = "global: {scrape_interval: 10s}\nscrape_configs: []\nx:\n ";
            let text = format!("{head}{}a{}\n", open.repeat(size), close.repeat(size));
            Memory::new().file("/tree/prometheus.yml", text)
        });
    }
}

/// A configuration with so many relabel rules.
fn relabeling(pattern: &str, count: usize) -> Memory {
    let mut text =
        "remote_write:\n- url: https://a.example.com/api/v1/push\n  write_relabel_configs:\n"
            .to_owned();
    for rule in 0..count {
        text.push_str(&format!(
            "  - {{source_labels: [a], action: drop, regex: '{pattern}{rule}'}}\n"
        ));
    }
    Memory::new().file("/tree/prometheus.yml", text)
}

#[test]
fn relabel_patterns_have_a_budget_for_each_file() {
    for pattern in [
        r"(\w{14}).*x",
        r"(\w{90}){90}",
        "(a|b)(a|b)(a|b)(a|b)(a|b)x",
    ] {
        grows_in_step(pattern, 150, |size| relabeling(pattern, size));
    }
    // `\w` is ASCII to Go, and cheap; a class of Unicode is not.
    let (work, unchecked) = checked(&relabeling(r"(\pL{14}).*x", 300));
    assert!(work < 2_000_000, "{work}");
    let said = unchecked
        .iter()
        .filter(|one| one.contains("too large to compare all of them"));
    assert_eq!(said.count(), 1, "{unchecked:?}");
    let (_, unchecked) = checked(&relabeling("foo_.*", 300));
    assert_eq!(unchecked, [""; 0]);
}
