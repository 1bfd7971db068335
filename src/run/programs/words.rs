//! Sentences about Prometheus as sentences about another program.

use super::program;
use crate::discover::EmbeddedIn;

/// What native rules say that Prometheus does, of what other programs do as well.
const VERBS: &[&str] = &[
    "can",
    "cannot",
    "does",
    "drops",
    "ignores",
    "loads",
    "looks",
    "may",
    "needs",
    "never",
    "reads",
    "rejects",
    "refuses",
    "retries",
    "runs",
    "sends",
    "shows",
    "starts",
    "takes",
    "then",
    "tries",
    "uses",
    "was",
    "is started",
];

/// A sentence about Prometheus as one about the program that reads the configuration.
pub(in crate::run) fn in_its_name(sentence: &str, holder: Option<&EmbeddedIn>) -> Option<String> {
    let name = program(holder)?;
    let mut out = sentence.to_owned();
    for verb in VERBS {
        for sign in [' ', ','] {
            out = renamed(&out, &format!("Prometheus {verb}{sign}"), name);
        }
    }
    // Places in the messages about files.
    for (from, to) in [
        ("where Prometheus runs", format!("where {name} runs")),
        (
            "in which Prometheus is started",
            format!("in which {name} is started"),
        ),
    ] {
        out = out.replace(from, &to);
    }
    (out != sentence).then_some(out)
}

/// A sentence with the name of a program in place of `Prometheus`, but not in the name of a service:
/// `Amazon Managed Service for Prometheus`.
fn renamed(sentence: &str, words: &str, name: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut at = 0;
    for (found, _) in sentence.match_indices(words) {
        let before = sentence.get(at..found).unwrap_or_default();
        out.push_str(before);
        at = found;
        if !before.ends_with("for ") {
            out.push_str(name);
            at += "Prometheus".len();
        }
    }
    out.push_str(sentence.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn names_of_services_stay() {
        let sentence =
            "Amazon Managed Service for Prometheus does not accept it; Prometheus does it";
        let says = "Amazon Managed Service for Prometheus does not accept it; Alloy does it";
        assert_eq!(renamed(sentence, "Prometheus does ", "Alloy"), says);
    }
}
