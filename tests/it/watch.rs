//! `promvet check --watch`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::program::promvet_command;
use crate::support::scratch::Scratch;

/// How long a line may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run that is ended with the test.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(folder: &Scratch, args: &[&str]) -> Self {
        let mut command = promvet_command(folder.path());
        let mut child = command.args(args).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// The lines up to the one with these words.
    fn until(&self, words: &str) -> Vec<String> {
        let mut out = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no {words:?} behind {out:?}"));
            let is_last = line.contains(words);
            out.push(line);
            if is_last {
                return out;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_checked_at_once() {
    let bad = "remote_write:\n- url: mimir.example.com/api/v1/push\n";
    let folder = Scratch::new(&[("prometheus.yml", bad), (".promvet.yaml", "root: true\n")]);
    let running = Running::start(&folder, &["check", "--watch", "--format", "concise"]);
    let first = running.until("Watching for changes").join("\n");
    assert!(first.contains("remote-write/url-syntax"), "{first}");
    folder.write(&[("prometheus.yml", "global:\n  scrape_interval: 30s\n")]);
    let changed = running.until("Changed: ");
    assert_eq!(changed.last().unwrap(), "Changed: prometheus.yml");
    let second = running.until("Watching for changes").join("\n");
    assert!(!second.contains("remote-write/url-syntax"), "{second}");
    folder.write(&[("more.yml", bad)]);
    assert_eq!(
        running.until("Changed: ").last().unwrap(),
        "Changed: more.yml"
    );
    let third = running.until("Watching for changes").join("\n");
    assert!(third.contains("more.yml:2:8"), "{third}");
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = Scratch::new(&[("prometheus.yml", "global: {}\n")]);
    for args in [
        &["check", "--watch", "-"][..],
        &["check", "--watch", "--fix"],
    ] {
        let ran = folder.promvet_fed(args, "");
        assert_eq!(ran.status, Some(2), "{args:?}: {}", ran.said());
    }
}

#[test]
fn its_own_reports_are_not_changes() {
    let folder = Scratch::new(&[("prometheus.yml", "global: {}\n")]);
    let args = [
        "check",
        "--watch",
        "--output",
        "human",
        "--output",
        "json=report.json",
        ".",
    ];
    let running = Running::start(&folder, &args);
    running.until("Watching");
    assert!(folder.read("report.json").starts_with('{'));
    std::thread::sleep(Duration::from_secs(2));
    folder.write(&[("prometheus.yml", "global: {scrape_interval: 1x}\n")]);
    let lines = running.until("Changed:");
    assert!(
        lines.iter().all(|line| !line.contains("report.json")),
        "{lines:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_report_in_a_file_of_the_tree_is_not_a_change() {
    let folder = Scratch::new(&[("prometheus.yml", "global: {}\n")]);
    let out = std::fs::File::create(folder.at("out.txt")).unwrap();
    let mut command = promvet_command(folder.path());
    let mut child = command
        .args(["check", "--watch", "."])
        .stdout(out)
        .spawn()
        .unwrap();
    let begin = std::time::Instant::now();
    while !folder.read("out.txt").contains("Watching") && begin.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(2));
    let said = folder.read("out.txt");
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(said.matches("Watching").count(), 1, "{said}");
}
