//! Single values against the verdicts of two releases of Prometheus.
//!
//! The values are read from `conformance/differential/scalars.jsonl.gz` in the folder that the
//! environment variable `PROMVET_SHARED` names; without it there is nothing to compare with.

use std::collections::BTreeMap;

use crate::support::recorded;
use promvet::finding::Text;
use promvet::schema::scalar::{self, Fault, Go, coerce, header, label};
use promvet::yaml::{self, Node, Scalar, Style};

const VERSIONS: [(&str, (u16, u16)); 2] = [("3.5.3", (3, 5)), ("3.14.0", (3, 14))];

/// The least share of verdicts that must agree, and of faults that must be named as Go names them.
const LEAST: f64 = 0.999;

/// What Go calls the faults, and our words: one must be in our message.
const CAUSES: &[(&str, &[&str])] = &[
    (
        "duration out of range",
        &["duration out of range", "out of range"],
    ),
    (
        "not a valid duration string",
        &[
            "not a valid duration string",
            "comes before the smaller units",
            "begins with a whole number",
            "occurs twice",
            "has no unit",
        ],
    ),
    (
        "unknown unit",
        &["unknown unit", "without a unit", "has no unit"],
    ),
    (
        "empty duration string",
        &["empty duration string", "is empty"],
    ),
    ("overflow parsing unit", &["overflow parsing unit"]),
    (
        "first path segment in URL cannot contain colon",
        &[
            "first path segment in URL cannot contain colon",
            "first path segment contains a colon",
        ],
    ),
    ("invalid URL escape", &["invalid URL escape"]),
    (
        "invalid control character in URL",
        &[
            "invalid control character in URL",
            "invalid control character",
        ],
    ),
    (
        "missing protocol scheme",
        &["missing protocol scheme", "missing scheme"],
    ),
    ("in host name", &["in host name", "in the host"]),
    (
        "after host",
        &["after host", "port contains something other than digits"],
    ),
    (
        "invalid userinfo",
        &["invalid userinfo", "not valid in the user info"],
    ),
    (
        "missing ']' in host",
        &["missing ']' in host", "missing `]` in the host"],
    ),
    ("invalid IP-literal", &["invalid IP-literal"]),
    (
        "invalid escape sequence",
        &["invalid escape sequence", "a backreference"],
    ),
    (
        "invalid or unsupported Perl syntax",
        &["invalid or unsupported Perl syntax", "is not supported"],
    ),
    (
        "invalid character class range",
        &["invalid character class range"],
    ),
    (
        "invalid nested repetition operator",
        &["invalid nested repetition operator"],
    ),
    ("invalid repeat count", &["invalid repeat count"]),
    (
        "missing closing )",
        &["missing closing )", "this group is never closed"],
    ),
    ("missing closing ]", &["missing closing ]"]),
    (
        "invalid named capture",
        &["invalid named capture", "lookbehind"],
    ),
    (
        "missing argument to repetition operator",
        &["nothing to repeat before"],
    ),
    ("unexpected )", &["this `)` has no `(`"]),
    ("reserved header", &["Prometheus sets itself"]),
    (
        "authorization header must be changed via",
        &[
            "authorization header must be changed via",
            "the authentication settings set this header",
        ],
    ),
    ("is not a valid label name", &["is not a valid label name"]),
];

#[derive(serde::Deserialize)]
struct Case {
    kind: String,
    text: String,
    config: String,
    verdict: BTreeMap<String, String>,
    error: BTreeMap<String, String>,
}

/// What Prometheus would say of the value that a configuration is about.
fn judge(case: &Case, version: (u16, u16)) -> Result<(), String> {
    let text = Text::new("prometheus.yml", case.config.clone().into_bytes());
    let document = yaml::parse_first(&text).map_err(|error| format!("{error:?}"))?;
    let root = document.root().ok_or("an empty document")?;
    let node = value(root, &case.kind).ok_or("no value there")?;
    let scalar = node.scalar().ok_or("no scalar there")?;
    judge_scalar(&case.kind, scalar, version)
}

fn value<'d>(root: Node<'d>, kind: &str) -> Option<Node<'d>> {
    let first = |key: &str| root.get(key)?.items().next();
    let relabeling = || {
        first("scrape_configs")?
            .get("relabel_configs")?
            .items()
            .next()
    };
    match kind {
        "duration" => first("remote_write")?.get("remote_timeout"),
        "byte_size" => first("scrape_configs")?.get("body_size_limit"),
        "url" => first("remote_write")?.get("url"),
        "regex" => relabeling()?.get("regex"),
        "label_name" => relabeling()?.get("target_label"),
        "source_label" => relabeling()?.get("source_labels")?.items().next(),
        "int" => first("remote_write")?
            .get("queue_config")?
            .get("max_samples_per_send"),
        "uint" => first("scrape_configs")?.get("sample_limit"),
        "float" => root.get("tracing")?.get("sampling_fraction"),
        "bool" => first("remote_write")?.get("send_exemplars"),
        "header" => {
            let headers = first("remote_write")?.get("headers")?.mapping()?;
            headers.written().next().map(|entry| entry.key)
        }
        other => panic!("a kind without a judge: {other}"),
    }
}

fn judge_scalar(kind: &str, scalar: Scalar<'_>, version: (u16, u16)) -> Result<(), String> {
    let (text, plain, tag) = (scalar.text, scalar.style == Style::Plain, scalar.tag);
    let said = |result: Result<(), Fault>| {
        result.map_err(|fault| {
            assert!(
                text.get(fault.from..fault.to).is_some(),
                "{fault:?} in {text:?}"
            );
            fault.message
        })
    };
    match kind {
        "int" => {
            let number = coerce::int(text, plain, tag).map_err(|fault| fault.message)?;
            let must_be_positive = version >= (3, 12);
            if must_be_positive && number.unwrap_or(0) <= 0 {
                return Err("must be positive".to_owned());
            }
            return Ok(());
        }
        "uint" => return said(coerce::uint(text, plain, tag).map(|_| ())),
        "float" => return said(coerce::float(text, plain, tag).map(|_| ())),
        "bool" => return said(coerce::boolean(text, plain, tag).map(|_| ())),
        _ => {}
    }
    if !coerce::reaches_hook(text, plain, tag) {
        return Ok(());
    }
    said(match kind {
        "duration" => scalar::duration(text).map(|_| ()),
        "byte_size" => scalar::byte_size(text).map(|_| ()),
        "url" => scalar::url(text).map(|_| ()),
        "regex" => {
            let go = Go::of_prometheus(version.0, version.1);
            scalar::regex(text, go).map(|_| ())
        }
        "header" => header::custom(text),
        _ => label::utf8_name(text),
    })
}

#[derive(Default)]
struct Tally {
    agreed: usize,
    of: usize,
    named: usize,
    refused: usize,
}

#[test]
fn verdicts_agree_with_prometheus() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let cases: Vec<Case> = recorded::cases(&shared, "scalars.jsonl.gz");
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for case in &cases {
        for (name, version) in VERSIONS {
            let tally = tallies.entry(&case.kind).or_default();
            let ours = judge(case, version);
            let accepted = case.verdict[name] == "ok";
            tally.of += 1;
            if ours.is_ok() == accepted {
                tally.agreed += 1;
            } else {
                eprintln!(
                    "{name} {} {}: {ours:?}, not {}",
                    case.kind, case.text, case.error[name]
                );
            }
            let cause = CAUSES
                .iter()
                .find(|(theirs, _)| case.error[name].contains(theirs));
            if let (Some((cause, words)), Err(message)) = (cause, &ours) {
                tally.refused += 1;
                let is_named = words.iter().any(|word| message.contains(word));
                tally.named += usize::from(is_named);
                if !is_named {
                    eprintln!("{name} {} {}: {message}, not {cause}", case.kind, case.text);
                }
            }
        }
    }
    let mut all = Tally::default();
    for (kind, tally) in &tallies {
        eprintln!(
            "{kind}: {} of {} verdicts, {} of {} causes",
            tally.agreed, tally.of, tally.named, tally.refused
        );
        all.agreed += tally.agreed;
        all.of += tally.of;
        all.named += tally.named;
        all.refused += tally.refused;
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    assert!(
        share(all.agreed, all.of) >= LEAST,
        "{} of {}",
        all.agreed,
        all.of
    );
    assert!(
        share(all.named, all.refused) >= LEAST,
        "{} of {}",
        all.named,
        all.refused
    );
}
