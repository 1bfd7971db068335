//! `--since` judges what a change can have made worse, and says what the comparison of two whole
//! checks says: for random edits of files that depend on each other.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on panics"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::scratch::Scratch;

/// How many random edits are tried: each takes three runs. `PROMVET_ROUNDS` has more of them tried.
const ROUNDS: u64 = 24;

/// Numbers that look random, and are the same in each run (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % count as u64).unwrap()
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

/// A file of the repository and what it holds, drawn anew with each edit; nothing means that it is
/// not there.
type Draw = fn(&mut Dice) -> String;

const FILES: &[(&str, Draw)] = &[
    ("a/prometheus.yml", configuration),
    ("b/prometheus.yml", configuration),
    ("c/prometheus.yml", configuration),
    ("c/second.yml", configuration),
    ("a/alerts.yml", rules),
    ("c/alerts.yml", rules),
    ("a/jobs.yml", jobs),
    ("c/jobs.yml", jobs),
    ("a/token", |dice| dice.one_of(&["", "a.b.c"]).to_owned()),
    ("c/token", |dice| {
        dice.one_of(&["", "a.b.c", "\n"]).to_owned()
    }),
    ("a/targets.yml", targets),
    ("token-of-b", |dice| dice.one_of(&["", "a.b.c"]).to_owned()),
    ("promvet.yaml", policy),
    ("compose.yaml", compose),
    ("render.sh", |dice| {
        dice.one_of(&["", "", "sed s/HOST/x/ \"$f\"\n", "cp x b/token\n"])
            .to_owned()
    }),
];

/// The configurations among them.
fn configurations() -> Vec<(&'static str, Draw)> {
    let files = FILES.iter().copied();
    files
        .filter(|(path, _)| {
            ["prometheus.yml", "second.yml"]
                .iter()
                .any(|name| path.ends_with(name))
        })
        .collect()
}

fn configuration(dice: &mut Dice) -> String {
    let labels = dice.one_of(&["", "  external_labels:\n    cluster: one\n"]);
    let interval = dice.one_of(&["30s", "30s", "30S"]);
    let mut out = format!("global:\n  scrape_interval: {interval}\n{labels}");
    out += dice.one_of(&[
        "",
        "",
        "rule_files: [alerts.yml]\n",
        "rule_files: ['*.yml']\n",
    ]);
    out += dice.one_of(&["", "", "", "scrape_config_files: [jobs.yml]\n"]);
    out += dice.one_of(&[
        "",
        "",
        "",
        "storage:\n  tsdb:\n    out_of_order_time_window: 1h\n",
    ]);
    out += "scrape_configs:\n";
    out += dice.one_of(&[
        "",
        "",
        "",
        "  - job_name: files\n    file_sd_configs:\n      - files: [targets.yml]\n",
    ]);
    let target = dice.one_of(&["localhost:9090", "localhost:9090", "http://x:9090"]);
    let _ = write!(
        out,
        "  - job_name: shared\n    static_configs:\n      - targets: ['{target}']\n"
    );
    out += "remote_write:\n";
    for _ in 0..=dice.below(2) {
        let host = dice.one_of(&["mimir", "mimir", "mimir.example.com", "${HOST}"]);
        let scheme = dice.one_of(&["https", "https", "http"]);
        let _ = write!(
            out,
            "  - url: {scheme}://{host}/api/v1/push\n    headers:\n      X-Scope-OrgID: team\n"
        );
        out += dice.one_of(&[
            "",
            "    bearer_token_file: token\n",
            "    bearer_token_file: token\n",
            "    bearer_token_file: /run/token\n",
            "    bearer_token_file: ../c/second.yml\n",
        ]);
    }
    out += dice.one_of(&["", "", "", "  - url: http://prometheus:9090/api/v1/write\n"]);
    out += dice.one_of(&["", "", "remote_wriet: []\n", "# promvet: ignore[schema]\n"]);
    out
}

fn rules(dice: &mut Dice) -> String {
    let expr = dice.one_of(&["up == 0", "up == 0", "up ==", "rate(up)"]);
    let there =
        format!("groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: {expr}\n");
    dice.one_of(&[&*there, ""]).to_owned()
}

fn jobs(dice: &mut Dice) -> String {
    let key = dice.one_of(&["job_name", "job_name", "jobname"]);
    let there = format!(
        "scrape_configs:\n  - {key}: part\n    static_configs:\n      - targets: ['localhost:9100']\n"
    );
    dice.one_of(&[&*there, ""]).to_owned()
}

fn targets(dice: &mut Dice) -> String {
    dice.one_of(&["", "- targets: [a:9100]\n", "- target: [a:9100]\n"])
        .to_owned()
}

fn policy(dice: &mut Dice) -> String {
    if dice.below(3) == 0 {
        return "root: true\n".to_owned();
    }
    let files = dice.one_of(&["a/**", "c/**", "d/**"]);
    let level = dice.one_of(&["off", "warning"]);
    format!(
        "root: true\noverrides:\n  - files: {files}\n    rules:\n      schema: {level}\n      remote-write: {level}\n"
    )
}

fn compose(dice: &mut Dice) -> String {
    let folder = dice.one_of(&["a", "b", "c"]);
    let image = dice.one_of(&["v2.53.0", "v3.5.0"]);
    let rest = dice.one_of(&[
        "./token-of-b:/run/token",
        "./a/alerts.yml:/etc/prometheus/alerts.yml",
        "./a/jobs.yml:/etc/prometheus/jobs.yml",
    ]);
    let there = format!(
        "services:\n  prometheus:\n    image: prom/prometheus:{image}\n    volumes:\n      \
         - ./{folder}/prometheus.yml:/etc/prometheus/prometheus.yml\n      - {rest}\n    \
         command: [--config.file=/etc/prometheus/prometheus.yml, --web.enable-remote-write-receiver]\n  \
         mimir:\n    image: grafana/mimir:2.14.0\n"
    );
    dice.one_of(&[&*there, ""]).to_owned()
}

/// Draws a file. What is in it beside is unlike every other file, so that git takes no two for one
/// that was renamed.
fn draw(scratch: &Scratch, (path, draw): (&str, Draw), dice: &mut Dice) {
    let content = draw(dice);
    if content.is_empty() {
        let _ = std::fs::remove_file(scratch.at(path));
        return;
    }
    let own: String = (0..60).fold(String::new(), |own, line| {
        // Without the name itself: what names a changed file is judged.
        own + &format!("# {} {line}\n", path.replace(['/', '.'], "-"))
    });
    let own = if path.contains("token") {
        String::new()
    } else {
        own
    };
    scratch.file(path, content + &own);
}

/// How bad a finding is, by its severity.
fn rank(finding: &Value) -> Option<usize> {
    let severity = finding["severity"].as_str()?;
    ["info", "warning", "error"]
        .iter()
        .position(|one| *one == severity)
}

fn list<'v>(report: &'v Value, key: &str) -> &'v [Value] {
    report[key].as_array().map_or(&[], Vec::as_slice)
}

/// What programs load at one time: the configuration that the compose file mounts, and what each
/// configuration includes.
struct Loads {
    mounted: BTreeSet<String>,
    includes: BTreeMap<String, BTreeSet<String>>,
}

impl Loads {
    fn of(scratch: &Scratch) -> Self {
        let read = |path: &str| std::fs::read_to_string(scratch.at(path)).ok();
        let files = FILES.iter().map(|(path, _)| *path);
        let there: BTreeMap<_, _> = files.filter_map(|path| Some((path, read(path)?))).collect();
        let mut mounted = BTreeSet::new();
        if let Some((_, rest)) = there
            .get("compose.yaml")
            .and_then(|it| it.split_once("- ./"))
        {
            mounted.extend(rest.split_once(':').map(|(path, _)| path.to_owned()));
        }
        let includes = there.iter().map(|(path, content)| {
            let folder = path.split('/').next().unwrap();
            let is_included = |file: &&&str| {
                let name = file
                    .strip_prefix(folder)
                    .and_then(|it| it.strip_prefix('/'));
                name.is_some_and(|name| {
                    name.ends_with(".yml") && content.contains("rule_files: ['*.yml']")
                        || content.contains(&format!("files: [{name}]"))
                })
            };
            let included = there
                .keys()
                .filter(is_included)
                .map(|file| (*file).to_owned());
            ((*path).to_owned(), included.collect())
        });
        Self {
            includes: includes.collect(),
            mounted,
        }
    }

    /// What is loaded for the first time: by a program, by a configuration that did not include it, and by
    /// what is itself loaded for the first time unless something that is not has included it.
    fn since(&self, then: &Self) -> BTreeSet<String> {
        let mut new: BTreeSet<String> = self.mounted.difference(&then.mounted).cloned().collect();
        for (loader, included) in &self.includes {
            let before = then.includes.get(loader).cloned().unwrap_or_default();
            new.extend(included.difference(&before).cloned());
        }
        loop {
            let is_known = |name: &String| {
                let mut loaders = then.includes.iter();
                loaders.any(|(loader, included)| included.contains(name) && !new.contains(loader))
            };
            let of_new = new
                .iter()
                .filter_map(|loader| self.includes.get(loader))
                .flatten();
            let more: BTreeSet<_> = of_new.filter(|name| !is_known(name)).cloned().collect();
            if more.is_subset(&new) {
                return new;
            }
            new.extend(more);
        }
    }
}

/// What two whole checks say together: what of the later one the earlier one does not have, and
/// everything in a file that is loaded only since.
fn expected(before: &Value, now: &Value, loaded: &BTreeSet<String>) -> Vec<String> {
    let known: HashMap<_, _> = list(before, "findings")
        .iter()
        .map(|finding| (finding["fingerprint"].as_str(), rank(finding)))
        .collect();
    let new = list(now, "findings").iter().filter(|finding| {
        let was = known.get(&finding["fingerprint"].as_str());
        let is_loaded = loaded.contains(finding["path"].as_str().unwrap());
        is_loaded || was.is_none_or(|was| *was < rank(finding))
    });
    new.map(Value::to_string).collect()
}

/// What random edits came to together.
#[derive(Default)]
struct Tried {
    shown: usize,
    hidden: usize,
    /// The rounds in which no more files were judged than there are configurations, on both sides together.
    narrow: usize,
}

/// Edits a repository, and says which files it changed.
type Edit = fn(&Scratch, &mut Dice) -> Vec<&'static str>;

/// Draws two files anew.
fn draw_two(scratch: &Scratch, dice: &mut Dice) -> Vec<&'static str> {
    let changed: Vec<_> = (0..2).map(|_| FILES[dice.below(FILES.len())]).collect();
    for file in &changed {
        draw(scratch, *file, dice);
    }
    changed.iter().map(|(path, _)| *path).collect()
}

/// Replaces a few words in one or two configurations.
fn replace_words(scratch: &Scratch, dice: &mut Dice) -> Vec<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("30s", "30S"),
        ("30S", "30s"),
        ("https://", "http://"),
        ("http://mimir/", "https://mimir/"),
        ("mimir.example.com", "mimir"),
        ("//mimir/", "//mimir.example.com/"),
        ("cluster: one", "cluster: two"),
        ("  external_labels:\n    cluster: one\n", ""),
        ("localhost:9090", "http://x:9090"),
        ("http://x:9090", "localhost:9090"),
        ("X-Scope-OrgID: team", "X-Scope-OrgID: ''"),
        ("bearer_token_file: token", "bearer_token_file: none"),
        ("remote_write:", "remote_wriet: []\nremote_write:"),
        ("remote_wriet: []\n", ""),
        ("# promvet: ignore[schema]\n", ""),
        ("[alerts.yml]", "['*.yml']"),
        ("storage:", "storage: # as it is"),
        ("1h", "2h"),
    ];
    let configurations = configurations();
    let changed: Vec<_> = (0..=dice.below(2))
        .map(|_| configurations[dice.below(configurations.len())].0)
        .collect();
    for path in &changed {
        let mut content = std::fs::read_to_string(scratch.at(path)).unwrap();
        for _ in 0..4 {
            let (from, to) = WORDS[dice.below(WORDS.len())];
            content = content.replacen(from, to, 1);
        }
        scratch.file(path, content);
    }
    changed
}

/// Edits a repository, again and again.
fn try_edits(edit: Edit) -> Tried {
    let mut tried = Tried::default();
    let rounds = std::env::var("PROMVET_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    for round in 0..rounds.unwrap_or(ROUNDS) {
        let mut dice = Dice(round);
        let scratch = Scratch::empty();
        for file in FILES {
            draw(&scratch, *file, &mut dice);
        }
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch.commit("First");
        let before = scratch.json(&["."]);
        let loads_before = Loads::of(&scratch);
        let changed = edit(&scratch, &mut dice);
        let now = scratch.json(&["."]);
        let since = scratch.promvet(&[".", "--since", "HEAD", "--stats", "--format", "json"]);
        // A whole check judges all of them on one side, and those with findings on the other.
        tried.narrow += usize::from(since.judged() <= configurations().len());
        let since = since.json();
        let found: Vec<_> = list(&since, "findings").iter().collect();
        let found: Vec<_> = found
            .into_iter()
            .filter(|finding| finding["rule"] != "files/no-longer-read")
            .map(Value::to_string)
            .collect();
        let loaded = Loads::of(&scratch).since(&loads_before);
        let expected = expected(&before, &now, &loaded);
        assert_eq!(found, expected, "round {round}: {changed:?}");
        tried.shown += found.len();
        tried.hidden += list(&now, "findings").len() - expected.len();
    }
    tried
}

#[test]
fn random_edits_have_the_result_of_two_whole_checks() {
    let Tried { shown, hidden, .. } = try_edits(draw_two);
    // The edits are of both kinds.
    assert!(shown > 20 && hidden > 100, "{shown} new, {hidden} old");
}

#[test]
fn random_edits_of_configurations_alone_have_the_same_result() {
    let Tried {
        shown,
        hidden,
        narrow,
    } = try_edits(replace_words);
    assert!(shown > 15 && hidden > 100, "{shown} new, {hidden} old");
    // Many of them touch little.
    assert!(narrow > 8, "{narrow}");
}

#[test]
fn a_change_of_few_configurations_is_judged_alone() {
    let rules = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: up ==\n";
    let content = |number: usize| {
        format!(
            "global:\n  external_labels:\n    cluster: c{number}\nrule_files: [rules/*.yml]\nremote_write:\n  \
             - url: https://mimir/api/v1/push\n    bearer_token_file: token\n"
        )
    };
    let paths: Vec<_> = (0..20)
        .map(|number| format!("{number}/prometheus.yml"))
        .collect();
    let contents: Vec<_> = (0..20).map(content).collect();
    let mut files: Vec<_> = paths
        .iter()
        .map(|path| &**path)
        .zip(contents.iter().map(|one| &**one))
        .collect();
    files.push(("3/rules/a.yml", rules));
    files.push(("promvet.yaml", "root: true\nrules:\n  files: warning\n"));
    let scratch = Scratch::repository(&files);
    scratch.file("1/prometheus.yml", content(1).replace("https", "http"));
    let since = |scratch: &Scratch| {
        let ran = scratch.promvet(&[".", "--since", "HEAD", "--stats", "--format", "json"]);
        (ran.judged(), ran.json())
    };
    let (judged, found) = since(&scratch);
    assert_eq!(judged, 2, "one on each side: {found}");
    let new: Vec<_> = list(&found, "findings")
        .iter()
        .map(|one| one["path"].as_str())
        .collect();
    assert!(
        !new.is_empty() && new.iter().all(|path| *path == Some("1/prometheus.yml")),
        "{found}"
    );
    assert_eq!(found["summary"]["endpoints"], 20, "{found}");
    // One that reads the changed file is judged too.
    let reading = content(2)
        + "  - url: https://mimir/api/v1/push\n    bearer_token_file: ../1/prometheus.yml\n";
    scratch.file("2/prometheus.yml", reading);
    scratch.commit("Second");
    scratch.file("1/prometheus.yml", content(1) + "# changed\n");
    let (judged, found) = since(&scratch);
    assert!((2..=4).contains(&judged), "{judged}: {found}");
    // What facts are made from may touch everything.
    scratch.file(
        "compose.yaml",
        "services:\n  p:\n    image: prom/prometheus:v3.5.0\n",
    );
    let (judged, _) = since(&scratch);
    assert!(judged >= 20, "{judged}");
}

#[test]
fn what_is_equal_on_both_sides_is_parsed_once() {
    let content =
        "global:\n  scrape_interval: 30s\nremote_write:\n  - url: http://mimir/api/v1/push\n";
    let paths: Vec<_> = (0..40)
        .map(|number| format!("{number}/prometheus.yml"))
        .collect();
    let files: Vec<_> = paths.iter().map(|path| (&**path, content)).collect();
    let scratch = Scratch::repository(&files);
    scratch.file("1/prometheus.yml", format!("{content}# changed\n"));
    scratch.file("2/prometheus.yml", format!("{content}remote_wriet: []\n"));
    let whole = scratch.promvet(&[".", "--stats"]).texts_parsed();
    assert!(whole >= 40, "{whole}");
    let compared = scratch.promvet(&[".", "--stats", "--since", "HEAD"]);
    let compared = compared.texts_parsed();
    assert!(
        compared <= whole + 2,
        "{compared} texts, {whole} in a whole check"
    );
    let found = scratch.json(&[".", "--since", "HEAD"]);
    assert_eq!(list(&found, "findings").len(), 1, "{found}");
}
