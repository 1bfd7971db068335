//! What is let go before a run ends: reports are the same as if all texts were kept, and the memory of a run
//! does not grow with the tree.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::path::{Path, PathBuf};

use promvet::report::{Options, OutcomeFormat};
use promvet::run::{Request, run};
use promvet::source::{Folder, Tree};

use crate::support::memory::{at, tree};
use crate::support::scratch::Scratch;

/// All reports that show no more than the lines around places, where texts of so many bytes are kept.
fn reports(request: &Request, tree: &dyn Tree, most_kept: usize) -> Vec<(&'static str, String)> {
    let request = Request {
        most_kept,
        now: 1_800_000_000,
        ..request.clone()
    };
    let run = run(&request, tree);
    let formats = OutcomeFormat::all().filter(|format| !format.needs_texts());
    let written = formats.map(|format| {
        let mut out = Vec::new();
        format
            .write(&run.outcome, &mut out, &Options::default())
            .unwrap();
        (format.name(), String::from_utf8(out).unwrap())
    });
    let mut out: Vec<_> = written.collect();
    out.push(("problems", format!("{:?} {:?}", run.problems, run.notes)));
    out
}

fn assert_same(request: &Request, tree: &dyn Tree) {
    let kept = reports(request, tree, usize::MAX);
    for (one, other) in kept.iter().zip(reports(request, tree, 0)) {
        assert_eq!(one.1, other.1, "{}", one.0);
    }
}

#[test]
fn the_reports_of_the_fixtures_are_the_same_without_texts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let request = Request {
        paths: vec![PathBuf::from(".")],
        ..Request::default()
    };
    assert_same(&request, &Folder::new(&folder));
}

/// Configurations that have something in common with others, and some that have not.
#[test]
fn what_is_found_in_several_configurations_is_the_same_without_texts() {
    let sends = |cluster: &str, target: &str, password: &str| {
        format!(
            "global:\n  external_labels:\n    cluster: {cluster}\nscrape_configs:\n  - job_name: node\n    \
             static_configs:\n      - targets: [{target}]\nremote_write:\n  - url: https://mimir.acme.io/\
             api/v1/push\n    basic_auth:\n      username: a\n      password: {password}\n"
        )
    };
    let live = "Xk29fLq8sTzu41";
    let files = [
        ("a/prometheus.yml", sends("one", "host-a:9100", live)),
        ("b/prometheus.yml", sends("one", "host-a:9100", live)),
        ("c/prometheus.yml", sends("one", "host-c:9100", live)),
        ("d/prometheus.yml", sends("two", "host-a:9100", live)),
        ("testdata/f.yml", sends("four", "host-a:9100", "mysecret")),
        ("testdata/g.yml", sends("five", "host-g:9100", "secret1")),
        (
            "h/prometheus.yml",
            "remote_write:\n  - url: http://x\n  - url: htp://y\n".into(),
        ),
        (
            "i/prometheus.yml",
            "remote_write:\n  - url: https://x.example.com/push\n".into(),
        ),
        ("i/other.yml", "scrape_configs:\n  - job_name: [\n".into()),
    ];
    let tree = tree(&files);
    assert_same(&at("/tree"), &tree);
    let found = reports(&at("/tree"), &tree, 0);
    let concise = &found.iter().find(|(name, _)| *name == "concise").unwrap().1;
    for said in [
        "a/prometheus.yml:3:5: warning remote-write/external-labels 2 other configurations send",
        "testdata/f.yml:12:17: info credentials/test-data this secret of test data and 1 more",
    ] {
        assert!(concise.contains(said), "{concise}");
    }
    assert!(found.iter().all(|(_, text)| !text.contains(live)));
}

/// A tree of large configurations: most of each is a comment, so that they are read fast.
fn large(count: usize, url: &str) -> Scratch {
    let scratch = Scratch::empty();
    let comment = "# Most of this is a comment that says nothing at all.\n".repeat(2000);
    for number in 0..count {
        let content = format!(
            "global:\n  external_labels:\n    cluster: c{number}\n{comment}remote_write:\n  - url: {url}\n    \
             authorization:\n      credentials_file: token\n"
        );
        scratch.file(&format!("{number}/prometheus.yml"), content);
    }
    scratch
}

#[test]
fn the_texts_of_twice_the_tree_take_no_more_memory() {
    for url in ["https://mimir.example.com/api/v1/push", "mimir.example.com"] {
        let most = |count| {
            let scratch = large(count, url);
            let ran = scratch.promvet(&["--stats", "--threads", "2"]);
            ran.most_bytes_alive()
        };
        let (once, twice) = (most(60), most(120));
        assert!(once < 6 << 20, "{once}");
        assert!(twice * 10 <= once * 11, "{once}, {twice}");
    }
}
