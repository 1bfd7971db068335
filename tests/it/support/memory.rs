//! Trees in memory, judged without starting the program.

use std::path::PathBuf;

use promvet::finding::Finding;
use promvet::run::{Request, Run, run};
use promvet::source::{Memory, Tree};

/// A tree of files below `/tree`: their paths in it, and what they hold.
pub(crate) fn tree<P: AsRef<str>, C: AsRef<str>>(files: &[(P, C)]) -> Memory {
    below(Memory::new(), files)
}

/// The same on top of a tree.
pub(crate) fn below<P: AsRef<str>, C: AsRef<str>>(tree: Memory, files: &[(P, C)]) -> Memory {
    files.iter().fold(tree, |tree, (path, content)| {
        tree.file(format!("/tree/{}", path.as_ref()), content.as_ref())
    })
}

/// To check what is at a path, all else by default.
pub(crate) fn at(path: &str) -> Request {
    Request {
        paths: vec![PathBuf::from(path)],
        ..Request::default()
    }
}

/// A run in which promvet found no fault with itself or the policy.
pub(crate) fn judged(request: &Request, tree: &dyn Tree) -> Run {
    let run = run(request, tree);
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    assert!(run.policy_errors.is_empty(), "{:?}", run.policy_errors);
    run
}

/// What was found in a run, of any severity.
pub(crate) fn findings(run: &Run) -> Vec<Finding> {
    let found = run.outcome.findings().iter();
    found.map(|one| (*one.finding).clone()).collect()
}

/// What is found at a path of a tree.
pub(crate) fn found(path: &str, tree: &dyn Tree) -> Vec<Finding> {
    findings(&judged(&at(path), tree))
}
