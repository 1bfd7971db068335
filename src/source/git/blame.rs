//! When lines were committed.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;

use super::Repository;
use super::command::{GitError, ask};

impl Repository {
    /// When each of some lines of a file (from 1) was committed, in seconds since 1970. Lines that
    /// are not committed, and those of which a shallow clone does not know it, are left out, and so
    /// are all lines of a file that git does not track.
    ///
    /// # Errors
    /// Git can't be run.
    pub fn committed(&self, path: &Path, lines: &[usize]) -> Result<HashMap<usize, i64>, GitError> {
        let shallow = ask(self.top(), &["rev-parse", "--is-shallow-repository"])?;
        let shallow = shallow.stdout.starts_with(b"true");
        let mut args: Vec<OsString> = vec!["blame".into(), "--porcelain".into()];
        args.extend(lines.iter().map(|line| format!("-L{line},{line}").into()));
        args.extend(["--".into(), path.into()]);
        let output = ask(self.top(), &args)?;
        Ok(times(&String::from_utf8_lossy(&output.stdout), shallow))
    }
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
