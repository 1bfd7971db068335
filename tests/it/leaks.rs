//! No secret gets out, whatever slip put it where it is.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on panics"
)]

mod dialect_slips;
mod readable;
mod references;
mod slips;

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use crate::support::program::promvet;
use crate::support::scratch::Scratch;
use slips::{Slip, Told, all};

/// The commands and formats that show something of a tree.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--diff"],
    &["check", "--add-ignores", "checked", "--diff"],
    &["check", "--format", "concise"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github"],
    &["check", "--format", "gitlab"],
    &["check", "--format", "markdown"],
    &["check", "--format", "junit"],
    &["check", "--format", "json-lines"],
    &["check", "--format", "checkstyle"],
    &["check", "--format", "openmetrics"],
    &["audit"],
    &["audit", "--format", "json"],
    &["audit", "--format", "csv"],
    &["audit", "--format", "markdown"],
    &["audit", "--format", "dot"],
    &["audit", "--format", "mermaid"],
    &["suppressions"],
    &["suppressions", "--format", "json"],
    &["files"],
    &["compare", "HEAD"],
    &["compare", "HEAD", "--format", "json"],
    &["compare", "HEAD", "--format", "markdown"],
    &["explain", "schema/unknown-field"],
];

/// The formats of a report that one run can write beside each other.
const FORMATS: [&str; 10] = [
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "markdown",
    "junit",
    "json-lines",
    "checkstyle",
    "openmetrics",
];

/// The length of a part of a secret that counts as one.
const PART: usize = 8;

/// What secrets are made of. A key or a position hides all of them, the look only those of the last
/// two kinds.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Digits,
    Letters,
    Mixed,
    /// With the marks of base64, but for `/`, which makes a path of it.
    Marked,
    /// What a person thinks of: syllables, a capital, digits in their midst, a mark at the end.
    Human,
    /// Small letters and digits of a generator.
    Hex,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Mixed,
        Self::Marked,
        Self::Letters,
        Self::Digits,
        Self::Human,
        Self::Hex,
    ];

    /// The secret that some digits below 36 stand for.
    fn secret(self, digits: &[u32]) -> String {
        let one = |(at, digit): (usize, &u32)| match self {
            Self::Marked if at % 7 == 6 => ['+', '_', '-'][*digit as usize % 3],
            Self::Human => match at {
                0..6 | 9.. if at % 2 == 0 => ['b', 'd', 'g', 'k', 'l', 'm'][*digit as usize % 6],
                0..6 | 9.. => ['a', 'e', 'i', 'o', 'u'][*digit as usize % 5],
                _ => char::from_digit(digit % 10, 10).unwrap(),
            },
            Self::Hex => char::from_digit(digit % 16, 16).unwrap(),
            Self::Digits => char::from_digit(digit % 10, 10).unwrap(),
            Self::Letters => char::from_digit(10 + digit % 26, 36).unwrap(),
            // Every third one is a digit, and every third one a capital, as in what machines make.
            Self::Mixed | Self::Marked => match at % 3 {
                0 => char::from_digit(10 + digit % 26, 36).unwrap(),
                1 => char::from_digit(digit % 10, 10).unwrap(),
                _ => char::from_digit(10 + digit % 26, 36)
                    .unwrap()
                    .to_ascii_uppercase(),
            },
        };
        let secret: String = digits.iter().enumerate().map(one).collect();
        match self {
            Self::Human => format!("{}{}!", secret[..1].to_uppercase(), &secret[1..16]),
            _ => secret,
        }
    }
}

/// A slip and the secret in it.
type Made = (Slip, String);

/// Every slip in a folder of its own, with a secret of its own, in no commit yet.
fn tree(made: &[Made]) -> Scratch {
    let scratch = Scratch::repository(&[]);
    for (number, (slip, secret)) in made.iter().enumerate() {
        scratch.file(&format!("{number}/{}", slip.path), slip.with(secret));
    }
    scratch
}

/// The bits of a number that the first four bytes of a part give.
const BITS: u32 = 20;

/// Where a part is in a table of beginnings (Knuth's multiplicative hash).
fn beginning(part: &[u8]) -> usize {
    let first = u32::from_le_bytes([part[0], part[1], part[2], part[3]]);
    (first.wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS)) as usize
}

/// The slips whose secrets an output shows.
fn leaks(made: &[Made], command: &[&str], output: &str) -> Vec<String> {
    let parts = made
        .iter()
        .flat_map(|it| it.1.as_bytes().windows(PART).map(move |part| (part, it)));
    // Megabytes are looked through, most of which begin no part: a table says so at once.
    let mut begins = vec![false; 1 << BITS];
    let mut of_part: HashMap<&[u8], &Made> = HashMap::new();
    for (part, it) in parts {
        begins[beginning(part)] = true;
        of_part.insert(part, it);
    }
    let may_be = output.as_bytes().windows(PART);
    let may_be = may_be.filter(|part| begins[beginning(part)]);
    let shown = may_be.filter_map(|part| of_part.get(part));
    let reported = shown.map(|(slip, secret)| format!("{command:?} {}", slip.with(secret)));
    reported.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the report of a check shows, in each format.
fn leaks_of_reports(made: &[Made], scratch: &Scratch) -> Vec<String> {
    let reports = Scratch::empty();
    let output = |format: &str| format!("--output={format}={}", reports.at(format).display());
    let outputs = FORMATS.map(output);
    let mut args = vec!["check"];
    args.extend(outputs.iter().map(String::as_str));
    let mut out = leaks(made, &["check"], &scratch.promvet(&args).said());
    for format in FORMATS {
        let report = reports.read(format);
        assert!(!report.is_empty(), "{format}");
        out.extend(leaks(made, &["check", "--format", format], &report));
    }
    out
}

/// Everything that the commands say of a tree, and the baseline and the policy that they write.
fn all_leaks(made: &[Made], commands: &[&[&str]]) -> Vec<String> {
    let scratch = tree(made);
    let said = |command: &&[&str]| {
        let output = promvet(scratch.path(), command).said();
        leaks(made, command, &output)
    };
    let mut out = leaks_of_reports(made, &scratch);
    out.extend(commands.iter().flat_map(said));
    let mut output = promvet(scratch.path(), &["baseline"]).said();
    output.push_str(&std::fs::read_to_string(scratch.at("promvet-baseline.json")).unwrap());
    out.extend(leaks(made, &["baseline"], &output));
    let mut output = promvet(scratch.path(), &["init"]).said();
    output.push_str(&std::fs::read_to_string(scratch.at("promvet.yaml")).unwrap_or_default());
    out.extend(leaks(made, &["init"], &output));
    out
}

/// The slips that hide secrets of a kind, each with the secret that `digits` gives.
fn made(kind: Kind, mut digits: impl FnMut() -> Vec<u32>) -> Vec<Made> {
    let hides = |slip: &Slip| match slip.reported {
        Told::Place => true,
        Told::Look => matches!(kind, Kind::Mixed | Kind::Marked),
        Told::Person => matches!(kind, Kind::Human),
    };
    // A mistake in a policy ends the run.
    let slips = all().into_iter().filter(|slip| slip.path != "promvet.yaml");
    slips
        .filter(hides)
        .map(|slip| (slip, kind.secret(&digits())))
        .collect()
}

/// Digits that look random and are the same in each run.
fn digits() -> impl FnMut() -> Vec<u32> {
    let mut state = 1_u64;
    move || {
        let mut next = || {
            // Knuth's MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(state >> 59).unwrap() + u32::try_from(state >> 33 & 3).unwrap()
        };
        (0..32).map(|_| next()).collect()
    }
}

#[test]
fn no_slip_shows_its_secret_in_any_format() {
    // Reports, and the commands that quote most, meet secrets of each kind, the others one.
    let quoting = [COMMANDS[2], COMMANDS[14], COMMANDS[21]];
    let is_report = |command: &&&[&str]| matches!(**command, ["check"] | ["check", "--format", _]);
    let others: Vec<_> = COMMANDS
        .iter()
        .filter(|it| !is_report(it))
        .copied()
        .collect();
    let shown = Kind::ALL.iter().flat_map(|&kind| {
        let made = made(kind, digits());
        match kind {
            Kind::Mixed => all_leaks(&made, &others),
            _ => all_leaks(&made, &quoting),
        }
    });
    let shown: Vec<_> = shown.collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

/// In a report for people, findings that are alike are shown once: so each slip is checked alone too.
#[test]
fn no_slip_shows_its_secret_alone() {
    let mut shown = Vec::new();
    // One repository, in which each is the only file in its turn.
    let scratch = tree(&[]);
    for (number, slip) in all().into_iter().enumerate() {
        let kind = match slip.reported {
            Told::Place => Kind::ALL[number % Kind::ALL.len()],
            Told::Look => Kind::Mixed,
            Told::Person => Kind::Human,
        };
        let made = [(slip, kind.secret(&digits()()))];
        let path = format!("0/{}", slip.path);
        scratch.file(&path, made[0].0.with(&made[0].1));
        let line = made[0]
            .0
            .with("§")
            .lines()
            .position(|line| line.contains('§'));
        let place = format!("{path}:{}", line.unwrap() + 1);
        for command in [&["check"][..], &["config", &path], &["why", &place]] {
            let output = promvet(scratch.path(), command).said();
            shown.extend(leaks(&made, command, &output));
        }
        scratch.remove(&path);
    }
    assert!(shown.is_empty(), "{shown:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_is_shown(
        digits in prop::collection::vec(prop::collection::vec(0..36_u32, 24..40), 40),
        kind in prop::sample::select(&Kind::ALL[..]),
        command in prop::sample::select(COMMANDS),
    ) {
        let mut digits = digits.into_iter().cycle();
        let made = made(kind, || digits.next().unwrap());
        let scratch = tree(&made);
        let output = promvet(scratch.path(), command).said();
        let shown = leaks(&made, command, &output);
        prop_assert!(shown.is_empty(), "{shown:#?}");
    }
}
