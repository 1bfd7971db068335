//! Programs whose configurations promvet does not read, and that send by remote write: they are named,
//! so that nothing is taken for checked that is not.

use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::embedded::{alloy, find_all};
use super::examine::{FileContent, RecognizedFile, TemplateEvidence, examine};
use super::flags::dockerfile::is_dockerfile;
use super::foreign::{is_alloy, outputs, terraform, unit_in};
use super::names;
use crate::finding::{Place, Span, Text, Unchecked, UncheckedCause};

/// How many places in one file are named: more endpoints than one has.
const MOST: usize = 20;

/// How a program says that it sends.
struct Sign {
    /// Endings of its files.
    endings: &'static [&'static str],
    /// How the section begins in which the word counts; empty for any.
    section: &'static str,
    /// The word.
    word: &'static str,
    /// What is around the word.
    around: WordContext,
    /// What such a file is called.
    noun: &'static str,
}

/// What is around a word that counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WordContext {
    /// Anything.
    Any,
    /// It is the name of a key or of an attribute: no word before it, and a sign behind it that gives
    /// it a value.
    Key,
}

/// The first that fits counts.
const SIGNS: &[Sign] = &[
    Sign {
        endings: &["toml"],
        section: "[sinks.",
        word: "\"prometheus_remote_write\"",
        around: WordContext::Any,
        noun: "a configuration of Vector",
    },
    Sign {
        endings: &["conf", "toml"],
        section: "[[outputs.",
        word: "\"prometheusremotewrite\"",
        around: WordContext::Any,
        noun: "a configuration of Telegraf",
    },
    // A plugin of forks; Telegraf itself has none of this name.
    Sign {
        endings: &["conf", "toml"],
        section: "[[outputs.prometheus_remote_write]]",
        word: "url",
        around: WordContext::Key,
        noun: "a configuration of Telegraf",
    },
    Sign {
        endings: &["conf"],
        section: "[output]",
        word: "prometheus_remote_write",
        around: WordContext::Any,
        noun: "a configuration of Fluent Bit",
    },
    Sign {
        endings: &["conf"],
        section: "[prometheus_remote_write:",
        word: "destination",
        around: WordContext::Any,
        noun: "a configuration of Netdata",
    },
    // The name without its beginning, which Netdata does not know.
    Sign {
        endings: &["conf"],
        section: "[remote_write:",
        word: "destination",
        around: WordContext::Any,
        noun: "a configuration of Netdata",
    },
    Sign {
        endings: &["service", "container"],
        section: "",
        word: "-remoteWrite.url",
        around: WordContext::Any,
        noun: "a unit of systemd",
    },
    // The flag by a variable.
    Sign {
        endings: &["service", "container"],
        section: "",
        word: "remoteWrite_url=",
        around: WordContext::Any,
        noun: "a unit of systemd",
    },
    // `metrics_destinations.amp` (aws/amazon-cloudwatch-agent `translator/config/schema.json`).
    Sign {
        endings: &[OF_CLOUDWATCH],
        section: "",
        word: "\"amp\"",
        around: WordContext::Any,
        noun: "a configuration of the CloudWatch agent",
    },
    Sign {
        endings: &["tf"],
        section: "",
        word: "remoteWrite",
        around: WordContext::Key,
        noun: "a configuration of Terraform",
    },
    Sign {
        endings: &["hcl"],
        section: "",
        word: "remoteWrite",
        around: WordContext::Key,
        noun: "a file in HCL (Nomad, Terragrunt)",
    },
    Sign {
        endings: &["tf"],
        section: "",
        word: "remote_write",
        around: WordContext::Key,
        noun: "a configuration of Terraform",
    },
    Sign {
        endings: &["hcl"],
        section: "",
        word: "remote_write",
        around: WordContext::Key,
        noun: "a file in HCL (Nomad, Terragrunt)",
    },
    Sign {
        endings: &["nix"],
        section: "",
        word: "remoteWrite",
        around: WordContext::Key,
        noun: "a configuration of NixOS",
    },
    Sign {
        endings: &["nix"],
        section: "",
        word: "\"prometheus_remote_write\"",
        around: WordContext::Any,
        noun: "a configuration of NixOS",
    },
    Sign {
        endings: &["nix"],
        section: "",
        word: "\"prometheusremotewrite\"",
        around: WordContext::Any,
        noun: "a configuration of NixOS",
    },
    Sign {
        endings: &["nix"],
        section: "",
        word: "remoteWrite.url",
        around: WordContext::Key,
        noun: "a configuration of NixOS",
    },
    Sign {
        endings: &["nix"],
        section: "",
        word: "prometheus.remote_write \"",
        around: WordContext::Any,
        noun: "a configuration of NixOS",
    },
    Sign {
        endings: &["hcl"],
        section: "",
        word: "-remoteWrite.url",
        around: WordContext::Any,
        noun: "a file in HCL (Nomad, Terragrunt)",
    },
    Sign {
        endings: &["jsonnet", "libsonnet"],
        section: "",
        word: "remoteWrite",
        around: WordContext::Key,
        noun: "a program in Jsonnet",
    },
    Sign {
        endings: &["jsonnet", "libsonnet"],
        section: "",
        word: "remote_write",
        around: WordContext::Key,
        noun: "a program in Jsonnet",
    },
    // Most scripts write a configuration, as a text for `cat` or `tee`.
    Sign {
        endings: &["bash", "sh"],
        section: "",
        word: "remote_write:",
        around: WordContext::Any,
        noun: "a script",
    },
    Sign {
        endings: &["bash", "sh"],
        section: "",
        word: "prometheus.remote_write \"",
        around: WordContext::Any,
        noun: "a script",
    },
    Sign {
        endings: &["bash", "sh"],
        section: "",
        word: "-remoteWrite.url",
        around: WordContext::Any,
        noun: "a script",
    },
    Sign {
        endings: &["bash", "sh"],
        section: "",
        word: "K6_PROMETHEUS_RW_SERVER_URL=",
        around: WordContext::Any,
        noun: "a script",
    },
];

/// Whether a file is of a kind that is only named, by its ending.
pub(super) fn is_named_only(path: &Path) -> bool {
    let is_of_sign = |ending| SIGNS.iter().any(|sign| sign.endings.contains(&ending));
    is_dockerfile(path) || ending_of(path).is_some_and(is_of_sign) || names::is_bare_template(path)
}

/// Words; one of them is in each template without the ending of its language that is looked into.
const OF_TEMPLATES: &[&str] = &["prometheusremotewrite", "remoteWrite", "remote_write"];

/// Folders into which jsonnet-bundler copies libraries, which have a function for each key.
const COPIED: &str = "vendor";

/// Whether a walk looks at a file only for what sends in it: its ending is that of a kind that is only
/// named.
pub(super) fn is_of_another(path: &Path) -> bool {
    let in_copy = || {
        let mut parts = path.components();
        parts.any(|part| part.as_os_str() == COPIED)
    };
    is_named_only(path) && !names::is_candidate(path) && !in_copy()
}

/// The ending of a name, that of a template aside: `toml` of `vector.toml.j2`.
fn ending_of(path: &Path) -> Option<&str> {
    let name = names::utf8_name_of(path)?;
    let (stem, ending) = names::without_template_suffix(name).rsplit_once('.')?;
    let mut words = ["cloudwatch", "cwagent"].iter();
    match ending == "json" && words.any(|word| stem.contains(word)) {
        true => Some(OF_CLOUDWATCH),
        false => Some(ending),
    }
}

/// In place of the ending of JSON files that are called like the CloudWatch agent.
const OF_CLOUDWATCH: &str = "cloudwatch.json";

/// Whether the bytes of a file with such an ending hold a word by which it may send.
pub(super) fn may_send(path: &Path, bytes: &[u8]) -> bool {
    if is_dockerfile(path) {
        return memmem::find(bytes, b"-remoteWrite.").is_some();
    }
    if names::is_bare_template(path) {
        let mut words = OF_TEMPLATES.iter();
        return words.any(|word| memmem::find(bytes, word.as_bytes()).is_some());
    }
    let ending = ending_of(path);
    let mut signs = SIGNS.iter();
    signs.any(|sign| {
        let is_its = ending.is_some_and(|ending| sign.endings.contains(&ending));
        is_its && memmem::find(bytes, sign.word.as_bytes()).is_some()
    })
}

/// What sends in a text with a name: each place, and what such a file is called.
pub(super) fn senders(name: &str, content: &str) -> Vec<(Span, &'static str)> {
    let ending = ending_of(Path::new(name)).unwrap_or_default();
    let signs = || SIGNS.iter().filter(|sign| sign.endings.contains(&ending));
    if !signs().any(|sign| content.contains(sign.word)) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut section = String::new();
    let mut from = 0;
    for line in content.split_inclusive('\n') {
        let start = from;
        from += line.len();
        let text = line.trim();
        if text.starts_with(['#', ';']) || text.starts_with("//") {
            continue;
        }
        if text.starts_with('[') {
            section = text.to_ascii_lowercase();
        }
        let fits = |sign: &&Sign| {
            section.starts_with(sign.section)
                && match sign.around {
                    WordContext::Any => text.contains(sign.word),
                    WordContext::Key => is_key(text, sign.word),
                }
        };
        if let Some(sign) = signs().find(fits) {
            let begins = start + line.len() - line.trim_start().len();
            out.push((Span::new(begins, begins + text.len()), sign.noun));
        }
        if out.len() == MOST {
            break;
        }
    }
    out
}

/// Values with which a key sends nothing.
const NOTHING: &[&str] = &["[]", "[ ]", "{}", "{ }", "false", "null"];

/// Whether a line gives a value to a key: `remoteWrite = [`, `remote_write:`, `remoteWrite[0].url`.
fn is_key(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).unwrap_or("").chars().last();
        let is_whole = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '/' | '-'));
        let behind = line.get(at + word.len()..).unwrap_or("");
        let behind = behind.trim_start_matches(['"', '\'']).trim_start();
        let sets = [":", "+:", "=", "["];
        let set = sets.iter().find_map(|sign| behind.strip_prefix(sign));
        let is_nothing = |value: &str| {
            let value = value.trim().trim_end_matches([',', ';']);
            NOTHING.contains(&value.trim_end())
        };
        is_whole && set.is_some_and(|value| !value.starts_with('=') && !is_nothing(value))
    })
}

/// What is read of such a file, and what is reported about all other places.
pub(super) fn unread(text: &Arc<Text>) -> Vec<RecognizedFile> {
    let path: &Path = text.path().as_ref().as_ref();
    if names::is_bare_template(path) {
        return in_template(text);
    }
    let is_unit = ending_of(path).is_some_and(|ending| ["container", "service"].contains(&ending));
    if (is_unit || is_dockerfile(path))
        && let Some(found) = unit_in(text)
    {
        text.recognize();
        return vec![found];
    }
    let (mut read, mut spans) = terraform(text);
    let outputs = match senders(text.path(), text.content()).is_empty() {
        true => Vec::new(),
        false => outputs(text, text.path()),
    };
    if !outputs.is_empty() {
        read.extend(outputs);
        spans.push(Span::new(0, text.content().len()));
    }
    if !read.is_empty() {
        text.recognize();
    }
    let is_read = |span: Span| {
        let mut spans = spans.iter();
        spans.any(|read| read.start <= span.start && span.end <= read.end)
    };
    let found = senders(text.path(), text.content()).into_iter();
    let found = found
        .filter(|(span, _)| !is_read(*span))
        .map(|(span, noun)| {
            RecognizedFile::new(
                Arc::clone(text),
                FileContent::Unread(Unchecked {
                    cause: Some(UncheckedCause::unread(noun)),
                    place: Place::new(text, span),
                    logical: String::new(),
                    reason: reason(noun),
                    settle: None,
                }),
                format!("it is {noun} that sends by remote write"),
            )
        });
    read.into_iter().chain(found).collect()
}

/// What is in a template whose name does not say its language: YAML, if it is one.
fn in_template(text: &Arc<Text>) -> Vec<RecognizedFile> {
    if is_alloy(text) {
        return alloy(Arc::clone(text));
    }
    let file = examine(Arc::clone(text), false, true);
    if matches!(file.what, FileContent::Configuration { .. }) {
        let template = Some(TemplateEvidence::Suffix);
        return vec![RecognizedFile { template, ..file }];
    }
    let found = find_all(text, Some(TemplateEvidence::Suffix));
    if !found.is_empty() {
        text.recognize();
    }
    found
}

/// Why such a place is not checked.
pub(super) fn reason(noun: &str) -> String {
    format!("{noun} that sends by remote write, which promvet does not read")
}

#[cfg(test)]
mod tests;
