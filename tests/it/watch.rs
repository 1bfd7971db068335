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
