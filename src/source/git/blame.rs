//! When lines were committed.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;

use super::Repository;
use super::command::GitError;
use crate::source::tree::{LARGEST, Tree};

impl Repository {
    /// When each of some lines of a file (from 1) was committed, in seconds since 1970. Lines that
    /// are not committed, and those whose time a shallow clone does not know, are left out, and so
    /// are all lines of a file that git does not track.
    ///
    /// # Errors
    /// Git can't be run.
    pub fn committed(&self, path: &Path, lines: &[usize]) -> Result<HashMap<usize, i64>, GitError> {
        let Ok(below) = path.strip_prefix(self.top()) else {
            return Ok(HashMap::new());
        };
        let git = self.git().with_references()?;
        let mut name = OsString::from("HEAD:");
        name.push(below);
        // Git would run filters to compare with the work tree, so that is done here.
        let then = git.ask(&["cat-file".into(), "blob".into(), name])?;
        let now = self.disk().read(path, LARGEST);
        let (true, Ok(now)) = (then.status.success(), now) else {
            return Ok(HashMap::new());
        };
        let then = lines_then(&now, &then.stdout);
        let asked = lines.iter().filter_map(|now| Some((*now, *then.get(now)?)));
        let asked: Vec<(usize, usize)> = asked.collect();
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let mut args: Vec<OsString> = ["blame", "--porcelain", "--no-textconv"]
            .map(OsString::from)
            .into();
        args.extend(
            asked
                .iter()
                .map(|(_, then)| format!("-L{then},{then}").into()),
        );
        args.extend(["HEAD".into(), "--".into(), below.into()]);
        let output = git.ask(&args)?;
        let times = times(&String::from_utf8_lossy(&output.stdout), git.is_shallow());
        let dated = asked
            .iter()
            .filter_map(|(now, then)| Some((*now, *times.get(then)?)));
        Ok(dated.collect())
    }
}

/// Which line of an older text each line of a newer one is, both from 1: those before the first
/// difference and those behind the last one, and in between the lines that both have once.
fn lines_then(now: &[u8], then: &[u8]) -> HashMap<usize, usize> {
    let lines = |text| -> Vec<&[u8]> {
        let lines = <[u8]>::split(text, |byte| *byte == b'\n');
        lines
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .collect()
    };
    let (now, then) = (lines(now), lines(then));
    let shorter = now.len().min(then.len());
    let same = |(a, b): &(&&[u8], &&[u8])| a == b;
    let before = now.iter().zip(&then).take_while(same).count();
    let behind = now
        .iter()
        .rev()
        .zip(then.iter().rev())
        .take_while(same)
        .count();
    let behind = behind.min(shorter - before);
    let once = |lines: &[&[u8]], behind: usize| {
        let end = lines.len() - behind;
        let mut found: HashMap<Vec<u8>, Option<usize>> = HashMap::new();
        for (at, line) in lines.iter().enumerate().take(end).skip(before) {
            found
                .entry(line.to_vec())
                .and_modify(|known| *known = None)
                .or_insert(Some(at + 1));
        }
        found
    };
    let (between, between_then) = (once(&now, behind), once(&then, behind));
    let moved = between.iter().filter_map(|(line, at)| {
        let then = between_then.get(line).copied()??;
        Some(((*at)?, then))
    });
    let start = (1..=before).map(|at| (at, at));
    let end = (0..behind).map(|back| (now.len() - back, then.len() - back));
    start.chain(moved).chain(end).collect()
}

/// What `git blame --porcelain` says: a head for every line, `<commit> <line then> <line now>`,
/// and what is known of the commit behind its first one.
fn times(porcelain: &str, shallow: bool) -> HashMap<usize, i64> {
    let mut commits: HashMap<&str, Option<i64>> = HashMap::new();
    let mut of_line = Vec::new();
    let mut commit = "";
    for line in porcelain.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split(' ');
        let first = words.next().unwrap_or("");
        let is_commit = first.len() >= 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit());
        match first {
            "committer-time" => {
                let time = words.next().and_then(|word| word.parse().ok());
                commits.insert(commit, time);
            }
            "boundary" if shallow => {
                commits.insert(commit, None);
            }
            _ if is_commit => {
                commit = first;
                of_line.extend(
                    words
                        .nth(1)
                        .and_then(|word| word.parse::<usize>().ok())
                        .map(|n| (n, commit)),
                );
            }
            _ => {}
        }
    }
    let committed = |commit: &str| commit.bytes().any(|byte| byte != b'0');
    of_line
        .into_iter()
        .filter(|(_, commit)| committed(commit))
        .filter_map(|(line, commit)| Some((line, commits.get(commit).copied()??)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_where_they_were() {
        let then = b"a\nb\nc\nd\ne\n";
        let mut found: Vec<_> = lines_then(b"new\na\nc\r\nx\nb\nd\ne\n", then)
            .into_iter()
            .collect();
        found.sort_unstable();
        assert_eq!(found, [(2, 1), (3, 3), (5, 2), (6, 4), (7, 5), (8, 6)]);
        assert_eq!(lines_then(then, then).len(), 6);
        assert_eq!(lines_then(b"x", b"y").len(), 0);
        assert_eq!(lines_then(b"a\na", b"a").len(), 1);
    }

    #[test]
    fn every_line_has_the_time_of_its_commit() {
        let (a, b, none) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let porcelain = format!(
            "{a} 1 3 1\nauthor X\ncommitter-time 100\nsummary committer-time 7\nfilename f\n\tcommitter-time 9\n\
             {b} 1 4 1\ncommitter-time 200\nboundary\nfilename f\n\tx\n\
             {a} 2 8 1\n\ty\n{none} 9 9 1\ncommitter-time 300\n\tz\n"
        );
        let sorted = |shallow| {
            let mut times: Vec<_> = times(&porcelain, shallow).into_iter().collect();
            times.sort_unstable();
            times
        };
        assert_eq!(sorted(false), [(3, 100), (4, 200), (8, 100)]);
        assert_eq!(sorted(true), [(3, 100), (8, 100)]);
        assert!(times("", false).is_empty());
    }
}
