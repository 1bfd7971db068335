//! The command line that Prometheus is started with.

use std::fmt;

use crate::finding::Place;
use crate::yaml::{Node, placeholder};
use promvet_syntax::shell;

/// The flag that names the scrape configuration of vmagent and VictoriaMetrics.
pub(crate) const VMAGENT_CONFIG: &str = "promscrape.config";

/// Where the official image and Prometheus itself look for the configuration: the image's command
/// names one, and without a command Prometheus looks in its working folder, which is `/prometheus`
/// there (Dockerfile of prometheus/prometheus).
pub(crate) const IMAGE_CONFIG: &str = "/etc/prometheus/prometheus.yml";
pub(super) const BARE_CONFIG: &str = "/prometheus/prometheus.yml";

/// One argument. Its `Debug` does not show the value of a flag.
#[derive(Clone)]
pub struct Argument {
    /// The argument, variables replaced where they have a value.
    pub text: String,
    /// Where it is.
    pub place: Place,
}

impl fmt::Debug for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.split('=').next().unwrap_or(""))
    }
}

/// A command line. A part that is not written down is the image's own.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// What is written down.
    pub list: Vec<Argument>,
    /// Whether flags are written down, so that the image's own do not count.
    pub replaces: bool,
    /// Whether the entry point of the image that is named surely gets them, since no other is written.
    pub for_entry_point: bool,
}

impl Arguments {
    /// Takes the arguments of a list or of a text that a shell would split. `expand` replaces
    /// variables; what it can't replace stays as written.
    pub(super) fn of_node(
        node: Node<'_>,
        expand: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Argument> {
        let text_of = |text: &str| expand(text).unwrap_or_else(|| text.to_owned());
        let mut out = Vec::new();
        if let Some(line) = node.as_str() {
            for word in words(&text_of(line)) {
                push(&mut out, word, &node.place());
            }
        }
        for item in node.items() {
            push(
                &mut out,
                text_of(item.as_str().unwrap_or("")),
                &item.place(),
            );
        }
        out
    }

    /// The last value of a flag, in one argument (`--name=value`) or two.
    #[must_use]
    pub fn value(&self, flag: &str) -> Option<(&str, &Place)> {
        let mut found = None;
        for (at, argument) in self.list.iter().enumerate() {
            let Some(rest) = after_flag(&argument.text, flag) else {
                continue;
            };
            if let Some(value) = rest.strip_prefix('=') {
                found = Some((value, &argument.place));
            } else if let Some(next) = self.list.get(at + 1).filter(|_| rest.is_empty()) {
                found = Some((next.text.as_str(), &next.place));
            }
        }
        found
    }

    /// All values of a flag, in order, in one argument or two.
    #[must_use]
    pub fn values(&self, flag: &str) -> Vec<(&str, &Place)> {
        let values = self.list.iter().enumerate().filter_map(|(at, argument)| {
            let rest = after_flag(&argument.text, flag)?;
            match rest.strip_prefix('=') {
                Some(value) => Some((value, &argument.place)),
                None => {
                    let next = self.list.get(at + 1).filter(|_| rest.is_empty())?;
                    Some((next.text.as_str(), &next.place))
                }
            }
        });
        values.collect()
    }

    /// Whether an argument is a path, or a flag with it: `run /etc/alloy/config.alloy`,
    /// `--config=file:/etc/otelcol/config.yaml`.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        self.list.iter().any(|argument| {
            let before = argument.text.strip_suffix(path);
            before.is_some_and(|before| before.is_empty() || before.ends_with(['=', ':']))
        })
    }

    /// Whether a script, a shell or a variable may add flags that are not seen. `program` is what may
    /// come before the flags.
    #[must_use]
    pub fn may_have_more(&self, program: &[&str]) -> bool {
        let is_open = |argument: &Argument| {
            let name = argument.text.split('=').next().unwrap_or("");
            let is_flag = argument.text.starts_with('-');
            is_flag && name.contains(['$', '{']) || argument.text.starts_with(['$', '@', '{'])
        };
        let first = self
            .list
            .first()
            .filter(|first| !first.text.starts_with('-'));
        let by_other = first.is_some_and(|argument| {
            let name = argument.text.rsplit('/').next().unwrap_or_default();
            !program.contains(&name)
        });
        by_other || self.list.iter().any(is_open)
    }

    /// Where a switch such as `--agent` is, unless it is set to false. The last one counts, as with the
    /// package `flag` of Go.
    #[must_use]
    pub fn switch(&self, flag: &str) -> Option<&Place> {
        let state = |argument: &Argument| match after_flag(&argument.text, flag)? {
            "" | "=true" => Some(true),
            "=false" => Some(false),
            _ => None,
        };
        let mut list = self.list.iter().rev();
        let (is_on, place) = list.find_map(|argument| Some((state(argument)?, &argument.place)))?;
        is_on.then_some(place)
    }

    /// Where a flag is, whatever its value; a switch may be turned off with `--no-`.
    #[must_use]
    pub fn flag(&self, flag: &str) -> Option<&Place> {
        let off = |text: &str| text.strip_prefix("--no-") == Some(flag);
        let mut list = self.list.iter();
        let set = list
            .find(|argument| after_flag(&argument.text, flag).is_some() || off(&argument.text))?;
        Some(&set.place)
    }

    /// The features that `--enable-feature` names, in order, in one argument or two.
    pub fn features(&self) -> impl Iterator<Item = (&str, &Place)> {
        let values = self.list.iter().enumerate().filter_map(|(at, argument)| {
            let rest = after_flag(&argument.text, "enable-feature")?;
            let value = match rest.strip_prefix('=') {
                Some(names) => (names, &argument.place),
                None => self
                    .list
                    .get(at + 1)
                    .map(|next| (&*next.text, &next.place))?,
            };
            Some(value)
        });
        values.flat_map(|(names, place)| names.split(',').map(move |name| (name.trim(), place)))
    }

    /// Where `--enable-feature` names a feature; the first place.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<&Place> {
        let mut features = self.features();
        let found = features.find(|(feature, _)| *feature == name)?;
        Some(found.1)
    }

    /// Whether a part of it is filled in by something that is not in the tree.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        let mut list = self.list.iter();
        list.any(|argument| placeholder::is_open(&argument.text))
    }
}

/// What follows the name of a flag, written with one dash or two.
fn after_flag<'t>(text: &'t str, flag: &str) -> Option<&'t str> {
    let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-'))?;
    let rest = name.strip_prefix(flag)?;
    (rest.is_empty() || rest.starts_with('=')).then_some(rest)
}

/// Adds an argument, or its words if it is a line for a shell: `sh -c "prometheus --config.file=…"`.
fn push(out: &mut Vec<Argument>, text: String, place: &Place) {
    let argument = |text: String| Argument {
        text,
        place: place.clone(),
    };
    match is_line(&text) {
        true => out.extend(words(&text).into_iter().map(argument)),
        false => out.push(argument(text)),
    }
}

/// Whether an argument is a line that starts Prometheus or vmagent.
fn is_line(text: &str) -> bool {
    let starts = || {
        let mut words = text.split_whitespace();
        words.any(|word| word.rsplit('/').next() == Some("prometheus"))
    };
    let has_file = || text.contains("config.file") || text.contains(VMAGENT_CONFIG);
    text.contains(char::is_whitespace) && (has_file() || text.contains(" --") && starts())
}

/// The words of a line for a shell.
pub(super) fn words(line: &str) -> Vec<String> {
    let words = shell::words(line).into_iter();
    words.map(|word| word.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Text;
    use crate::yaml::parse_first;

    fn arguments(source: &str) -> Arguments {
        let document = parse_first(&Text::new("x", source.as_bytes().to_vec())).unwrap();
        Arguments {
            list: Arguments::of_node(document.root().unwrap(), &|_| None),
            replaces: true,
            for_entry_point: false,
        }
    }

    #[test]
    fn flags_are_found_in_every_form() {
        for source in [
            "[--config.file=/etc/p.yml]",
            "['--config.file', /etc/p.yml]",
            "--log.level=debug --config.file=/etc/p.yml",
            "-config.file=/etc/p.yml",
            "[sh, -c, 'exec prometheus --config.file=\"/etc/p.yml\" --agent']",
            "[--config.file=/etc/old.yml, --config.file=/etc/p.yml]",
            "sh -c \"exec /bin/prometheus --agent --config.file=/etc/p.yml\"",
        ] {
            let arguments = arguments(source);
            let value = arguments.value("config.file").map(|(value, _)| value);
            assert_eq!(value, Some("/etc/p.yml"), "{source}");
        }
        for source in [
            "[--config.file]",
            "[--config.files=/x]",
            "[config.file=/x]",
            "[]",
            "3",
        ] {
            assert!(arguments(source).value("config.file").is_none(), "{source}");
        }
    }

    #[test]
    fn switches_and_features_are_found() {
        let arguments = arguments(
            "[--agent, --web.enable-lifecycle=false, '--enable-feature=a,b', --enable-feature=c, \
             --enable-feature, 'd,e', --no-web.cors, --enable-feature]",
        );
        assert!(arguments.switch("agent").is_some());
        assert!(arguments.switch("web.enable-lifecycle").is_none());
        let features: Vec<_> = arguments.features().map(|(name, _)| name).collect();
        assert_eq!(features, ["a", "b", "c", "d", "e"]);
        for (flag, stands) in [
            ("agent", true),
            ("web.enable-lifecycle", true),
            ("web.cors", true),
            ("web.enable", false),
            ("web", false),
        ] {
            assert_eq!(arguments.flag(flag).is_some(), stands, "{flag}");
        }
    }

    #[test]
    fn of_switches_the_last_one_counts() {
        for (source, is_on) in [
            ("[-auth=true, -auth=false]", false),
            ("[-auth=false, -auth]", true),
            ("[-auth=false, -other]", false),
        ] {
            assert_eq!(
                arguments(source).switch("auth").is_some(),
                is_on,
                "{source}"
            );
        }
    }

    #[test]
    fn what_is_filled_in_elsewhere_is_a_gap() {
        for (source, gaps) in [
            ("[--agent, --config.file=/p.yml]", false),
            ("[--agent, $(EXTRA)]", true),
            ("[--agent, '${EXTRA}']", true),
            ("[--agent, '{{ extra }}']", true),
        ] {
            assert_eq!(arguments(source).has_gaps(), gaps, "{source}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(
            format!("{:?}", arguments("[--web.x=hunter22]").list),
            "[--web.x]"
        );
    }
}
