//! What people read is plain English: messages, pages, docs and comments.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::support::memory;
use crate::support::scratch::Scratch;
use promvet::policy::ReportingProfile;
use promvet::rules::{self, example};
use promvet::run::{Request, run};
use promvet::source::{Folder, Tree};
use regex::Regex;
use walkdir::WalkDir;

/// The longest message, in characters: two lines of a terminal.
const LONGEST: usize = 160;

/// The key and a colon, the fault and a colon, what happens. A third colon hides which of them is meant.
const MOST_COLONS: usize = 2;

/// Phrases of translated prose. "Stands for" and "is no longer" are plain English.
static HABITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?<quote>["'’])?\b(stand(s|ing)?(?<for> for)?|whoever|nobody|anybody|(is|are|was|were) to be|tells? of|told of|(?<part>first )?one's own|hangs? on|of which|ha(s|ve) them not|closing fellow|bars? the way|is none of|go(es)? on without|all the same|refuses? the (file|object)|(?<there>there )?(is|are) no (?<after>\w+))\b"#).unwrap()
});

/// The habits in a text, each with the words around it.
fn habits(text: &str) -> Vec<String> {
    let found = HABITS.captures_iter(text).filter(|found| {
        let after = found.name("after").map_or("", |word| word.as_str());
        let fine = ["for", "there", "quote", "part"];
        fine.iter().all(|name| found.name(name).is_none()) && !["longer", "more"].contains(&after)
    });
    found
        .map(|found| {
            let whole = found.get(0).unwrap();
            let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
            let tail: Vec<_> = before.chars().rev().take(30).collect();
            let before: String = tail.into_iter().rev().collect();
            let after: String = after.chars().take(30).collect();
            format!("{before}{}{after}", whole.as_str()).replace('\n', " ")
        })
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files with one of these endings in folders of the project.
fn files(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let walks = folders
        .iter()
        .map(|folder| WalkDir::new(root().join(folder)));
    let files = walks.flatten().map(|file| file.unwrap().into_path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == ending))
        .collect()
}

/// The text of a page without its front matter, code blocks and code spans.
fn prose(page: &str) -> String {
    let body = page.strip_prefix("---\n").map_or(page, |rest| {
        rest.split_once("\n---\n").map_or(rest, |(_, body)| body)
    });
    let mut fence = None;
    let mut prose = String::new();
    for line in body.lines() {
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.trim_start().starts_with(mark));
        match fence {
            Some(open) if mark == Some(open) => fence = None,
            None if mark.is_some() => fence = mark,
            None => prose.extend(line.split('`').step_by(2).chain([" "])),
            Some(_) => {}
        }
    }
    prose
}

#[test]
fn pages_are_written_in_plain_english() {
    let top = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ];
    let mut pages = files(&["rules", "docs"], "md");
    pages.extend(top.map(|name| root().join(name)));
    assert!(pages.len() > 100, "{}", pages.len());
    let mut wrong = Vec::new();
    for path in pages {
        let page = prose(&fs::read_to_string(&path).unwrap());
        wrong.extend(
            habits(&page)
                .iter()
                .map(|found| format!("{}: {found}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Comments and messages of the program, without its tests; both are between code that has words
/// of its own, which no habit is among.
#[test]
fn the_source_is_written_in_plain_english() {
    let sources = files(&["src", "crates"], "rs");
    assert!(sources.len() > 300, "{}", sources.len());
    let spans = Regex::new("`[^`\n]*`").unwrap();
    let mut wrong = Vec::new();
    for path in sources {
        let is_test = path
            .iter()
            .any(|part| part == "tests" || part == "tests.rs");
        if is_test || path.ends_with("report/sample.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (program, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        let words: Vec<_> = program
            .lines()
            .map(|line| line.trim().trim_start_matches(['/', '!']))
            .collect();
        let words = words.join(" ");
        let words = spans.replace_all(&words, "``");
        wrong.extend(
            habits(&words)
                .iter()
                .map(|found| format!("{}: {found}", path.display())),
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Words that British English spells otherwise; texts in quotes may be words of the tree.
static BRITISH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\w*(recognis|judgement|catalogue|neighbour|labelled|misspelt|colour|behaviour|favour|licence|analyse|(normal|initial|serial|optim|minim|organ|sanit|synchron)is(e|ing|ation))\w*").unwrap()
});

#[test]
fn names_and_comments_are_spelled_as_the_fields_of_prometheus_are() {
    let texts = Regex::new(r#""(\\.|[^"\\])*""#).unwrap();
    let sources = files(&["src", "crates", "build"], "rs");
    let mut wrong = Vec::new();
    for path in sources.iter().filter(|path| !path.ends_with("language.rs")) {
        let source = fs::read_to_string(path).unwrap();
        for line in source.lines() {
            let names = texts.replace_all(line, "");
            let found = BRITISH.find_iter(&names);
            wrong.extend(found.map(|word| format!("{}: {}", path.display(), word.as_str())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A table whose lines were joined to a paragraph shows its bars.
#[test]
fn tables_of_pages_keep_their_lines() {
    let mut pages = files(&["rules", "docs"], "md");
    pages.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name)));
    for path in pages {
        let page = fs::read_to_string(&path).unwrap();
        let joined = page.lines().find(|line| line.contains("| |---"));
        assert_eq!(joined, None, "{}", path.display());
    }
}

/// What a run says of each finding.
struct Said {
    rule: String,
    message: String,
    /// The help and the evidence.
    more: Vec<String>,
}

fn messages(request: &Request, tree: &dyn Tree) -> Vec<Said> {
    let run = run(request, tree);
    let found = run.outcome.findings().iter();
    found
        .map(|one| Said {
            rule: one.finding.rule.to_string(),
            message: one.finding.message.to_string(),
            more: one
                .finding
                .advice
                .iter()
                .map(|advice| advice.help().into_owned())
                .chain(one.finding.evidence.iter().map(|it| it.message.clone()))
                .collect(),
        })
        .collect()
}

#[test]
fn messages_are_short_clauses() {
    let mut all = Vec::new();
    for page in rules::all() {
        for example in example::examples(page.text) {
            let mut files = example.files.clone();
            files.push((example.path.clone(), example.text.clone()));
            all.extend(messages(&memory::at("."), &memory::tree(&files)));
        }
    }
    for folder in fs::read_dir(root().join("fixtures")).unwrap() {
        let request = Request {
            paths: vec![folder.unwrap().path()],
            profile: Some(ReportingProfile::Audit),
            ..Request::default()
        };
        all.extend(messages(&request, &Folder::new(root())));
    }
    assert!(all.len() > 300, "{}", all.len());
    let mut wrong: Vec<_> = all
        .iter()
        .filter(|said| {
            let message = &said.message;
            message.chars().count() > LONGEST
                || message.ends_with('.')
                || message.contains(". ")
                || !habits(message).is_empty()
        })
        .map(|said| format!("{}: {}", said.rule, said.message))
        .collect();
    for said in &all {
        let wordy = said.more.iter().filter(|text| {
            let names_a_type = [" to text", " to one word"].map(|end| text.ends_with(end));
            !habits(text).is_empty() || names_a_type.contains(&true)
        });
        wrong.extend(wordy.map(|text| format!("{}, help or evidence: {text}", said.rule)));
        if said.message.matches(": ").count() > MOST_COLONS {
            wrong.push(format!("{}: too many colons: {}", said.rule, said.message));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        all.len(),
        wrong.join("\n")
    );
}

/// Commands whose help, and command lines whose errors, people read first.
const COMMANDS: &[&str] = &[
    "check",
    "audit",
    "files",
    "explain",
    "rules",
    "receivers",
    "suppressions",
    "baseline",
    "config",
    "why",
    "relabel",
    "test",
    "init",
    "schema",
];

const WRONG: &[&[&str]] = &[
    &["check", "--profile", "strickt"],
    &["check", "--format", "jsn"],
    &["check", "nofolder"],
    &["check", "--select", "tls/nothing"],
    &["explain", "nothing"],
    &["explain", "receiver:nothing"],
    &["test", "nofolder"],
    &["why", "nofile.yml"],
    &["relabel", "nofile.yml"],
    &["chekc"],
];

#[test]
fn help_and_errors_of_the_command_line_are_plain_english() {
    let folder = Scratch::empty();
    let helps = COMMANDS.iter().map(|command| vec![*command, "--help"]);
    let wrong = WRONG.iter().map(|args| args.to_vec());
    for args in helps.chain(wrong).chain([vec!["--help"]]) {
        let said = folder.promvet(&args).said();
        assert!(!said.is_empty(), "{args:?}");
        assert_eq!(habits(&said), Vec::<String>::new(), "{args:?}");
    }
}
