//! Flags that each release knows and that Prometheus rejects as they are given: written with one dash,
//! given twice, with a value that it cannot read, or in the wrong mode.

use std::collections::HashSet;

use promvet_syntax::go::{duration, size};

use crate::facts::deployment::{Argument, Deployment};
use crate::rules::PrometheusStart;
use crate::yaml::placeholder;
use promvet_syntax::flags::{FLAGS, FOR_AGENTS, FOR_SERVERS, FlagArgument, FlagWord};

/// A flag that is refused.
pub(in crate::rules) struct RefusedFlag<'d> {
    pub(in crate::rules) argument: &'d Argument,
    pub(in crate::rules) name: &'d str,
    pub(in crate::rules) kind: &'static str,
    pub(in crate::rules) message: String,
    pub(in crate::rules) help: String,
    /// What to write instead of what.
    pub(in crate::rules) right: Option<(String, String)>,
}

/// What follows from a refused flag.
const STOPS: &str = "Prometheus does not start";

/// The flags of a command line that are refused as they are given, in order.
pub(in crate::rules) fn refused<'d>(start: &PrometheusStart<'d>) -> Vec<RefusedFlag<'d>> {
    let deployment = start.deployment;
    let list = own_arguments(&deployment.arguments.list);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (at, argument) in list.iter().enumerate() {
        let Some(flag) = KnownFlag::of(argument, list.get(at + 1)) else {
            continue;
        };
        let of_form = match flag.dashes {
            1 => one_dash(start, &flag),
            _ => repeated(&flag, &mut seen)
                // The Operator has its own word on flags that it sets.
                .filter(|_| !deployment.is_operated())
                .or_else(|| wrong_value(&flag))
                .or_else(|| wrong_mode(deployment, &flag)),
        };
        found.extend(of_form);
    }
    found
}

/// Words of a line for a shell that end a command.
const ENDS: &[&str] = &["&", "&&", ";", "|", "||", ")", "}"];

/// The arguments of Prometheus itself. A line for a shell may start other programs before and after, and
/// one that starts it in several ways is left alone.
pub(in crate::rules) fn own_arguments(list: &[Argument]) -> &[Argument] {
    // The value of `--storage.tsdb.path` may end so too, behind `=` or as an argument of its own.
    let is_value = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| list.get(before));
        before
            .is_some_and(|argument| argument.text.starts_with("--") && !argument.text.contains('='))
    };
    let is_program = |(at, one): &(usize, &Argument)| {
        let is_named = one.text.rsplit('/').next() == Some("prometheus");
        is_named && !one.text.starts_with('-') && !is_value(*at)
    };
    let mut programs = list.iter().enumerate().filter(is_program);
    let first = programs.next().map_or(0, |(at, _)| at + 1);
    if programs.next().is_some() {
        return &[];
    }
    let own = list.get(first..).unwrap_or_default();
    let ends =
        |argument: &Argument| ENDS.contains(&&*argument.text) || argument.text.ends_with(';');
    let end = own.iter().position(ends).unwrap_or(own.len());
    own.get(..end).unwrap_or_default()
}

/// A flag that some release knows.
struct KnownFlag<'d> {
    argument: &'d Argument,
    /// Its name as it is written, without dashes.
    name: &'d str,
    dashes: usize,
    /// What follows `=`.
    value: Option<&'d str>,
    /// The next argument, unless it is a flag.
    next: Option<&'d str>,
}

impl<'d> KnownFlag<'d> {
    fn of(argument: &'d Argument, next: Option<&'d Argument>) -> Option<Self> {
        let text = argument.text.as_str();
        let dashes = text.len() - text.trim_start_matches('-').len();
        let rest = text.get(dashes..).filter(|_| matches!(dashes, 1 | 2))?;
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (rest, None),
        };
        let next = next.map(|next| next.text.as_str());
        let flag = Self {
            argument,
            name,
            dashes,
            value,
            next: next.filter(|next| value.is_none() && !next.starts_with('-')),
        };
        FLAGS
            .iter()
            .any(|known| known.name == flag.plain())
            .then_some(flag)
    }

    /// The name without `no-`, which turns a switch off (kingpin).
    fn plain(&self) -> &'d str {
        self.name.strip_prefix("no-").unwrap_or(self.name)
    }

    fn refused(&self, kind: &'static str, message: String, help: String) -> RefusedFlag<'d> {
        RefusedFlag {
            argument: self.argument,
            name: self.name,
            kind,
            message,
            help,
            right: None,
        }
    }

    /// The text of the argument that the value does not end.
    fn written(&self) -> String {
        format!("{}{}", "-".repeat(self.dashes), self.name)
    }
}

/// kingpin takes one dash for short flags, one letter each. Prometheus 1.x wanted one dash.
fn one_dash<'d>(start: &PrometheusStart<'_>, flag: &KnownFlag<'d>) -> Option<RefusedFlag<'d>> {
    let releases = start.releases();
    let is_old = releases.iter().any(|release| *release < (2, 0));
    if releases.is_empty() || is_old {
        return None;
    }
    let name = flag.name;
    let message = format!("`-{name}` has one dash: {STOPS}");
    let refused = flag.refused("one-dash", message, format!("write `--{name}`"));
    Some(RefusedFlag {
        right: Some((format!("-{name}"), format!("--{name}"))),
        ..refused
    })
}

/// kingpin `Application.setValues`: a flag that takes one value cannot be repeated.
fn repeated<'d>(flag: &KnownFlag<'d>, seen: &mut HashSet<&'d str>) -> Option<RefusedFlag<'d>> {
    let name = flag.plain();
    let is_new = seen.insert(name);
    let may_repeat = word_of(name).is_some_and(|word| word.may_repeat);
    (!is_new && !may_repeat).then(|| {
        let message = format!("`--{name}` is given twice: {STOPS}");
        flag.refused("repeated", message, "delete one of the two".to_owned())
    })
}

fn word_of(name: &str) -> Option<&'static FlagWord> {
    FLAGS.iter().find(|word| word.name == name)
}

fn wrong_value<'d>(flag: &KnownFlag<'d>) -> Option<RefusedFlag<'d>> {
    let name = flag.plain();
    let takes = word_of(name)?.takes;
    if takes == FlagArgument::Nothing {
        return value_of_switch(flag);
    }
    let value = flag.value.or(flag.next)?;
    if placeholder::is_open(value) || value.contains('$') {
        return None;
    }
    let about = format!("`--{name}`");
    let (fault, help) = match takes {
        FlagArgument::Nothing | FlagArgument::Text => return None,
        FlagArgument::Duration => {
            let fault = duration::duration(value).err()?;
            (
                fault.about(&about),
                "write a duration such as `15d`".to_owned(),
            )
        }
        FlagArgument::Size => {
            let fault = size::byte_size(value).err()?;
            (
                fault.about(&about),
                "write a size such as `10GB`".to_owned(),
            )
        }
        FlagArgument::Number => {
            if is_number(value) {
                return None;
            }
            (
                format!("{about}: expected a number"),
                "write a number".to_owned(),
            )
        }
        FlagArgument::OneOf(words) => {
            if words.iter().any(|word| word.eq_ignore_ascii_case(value)) {
                return None;
            }
            let help = format!("use {}", words.join(", "));
            (format!("{about}: unknown value `{value}`"), help)
        }
    };
    let message = format!("{fault}; {STOPS}");
    Some(flag.refused("value", message, help))
}

/// kingpin reads whole numbers with `strconv.ParseInt` and base 0, which knows `0x1f`, `0b1` and `1_000`.
fn is_number(value: &str) -> bool {
    let bare = value.replace('_', "");
    let has_base = ["0x", "0X", "0b", "0B", "0o", "0O"]
        .iter()
        .any(|base| bare.starts_with(base));
    has_base || bare.parse::<f64>().is_ok()
}

/// A switch takes no value: what follows it is an argument of its own, which Prometheus has none of.
fn value_of_switch<'d>(flag: &KnownFlag<'d>) -> Option<RefusedFlag<'d>> {
    let is_word = |text: &&str| matches!(*text, "true" | "false");
    let value = flag.value.or(flag.next.filter(is_word))?;
    let name = flag.plain();
    let message = format!("`--{name}` takes no value: {STOPS}");
    let right = match value.eq_ignore_ascii_case("false") {
        true => format!("--no-{name}"),
        false => format!("--{name}"),
    };
    let refused = flag.refused("switch", message, format!("write `{right}`"));
    let old = flag
        .value
        .map(|value| format!("{}={value}", flag.written()));
    Some(RefusedFlag {
        right: old.map(|old| (old, right)),
        ..refused
    })
}

/// `cmd/prometheus/main.go` stops if an agent is given a flag of a server, or a server one of an agent.
fn wrong_mode<'d>(deployment: &Deployment, flag: &KnownFlag<'d>) -> Option<RefusedFlag<'d>> {
    let name = flag.plain();
    // The flag `--agent` is a fault of its own before 3.0, and says what is meant.
    let is_old = deployment.release().is_some_and(|release| release < (3, 0));
    if is_old && deployment.arguments.switch("agent").is_some() {
        return None;
    }
    let is_of = |names: &[&str]| names.iter().any(|start| name.starts_with(start));
    let is_agent = deployment.agent().is_some();
    let (message, help) = if is_agent && is_of(FOR_SERVERS) {
        (
            format!("an agent rejects `--{name}`: {STOPS}"),
            match name {
                "storage.tsdb.path" => "write `--storage.agent.path`",
                _ => "delete it, or start without `--agent`",
            },
        )
    } else if !is_agent && is_of(FOR_AGENTS) && !may_be_agent(deployment) {
        (
            format!("`--{name}` is for agents only: {STOPS}"),
            "delete it, or add `--agent`",
        )
    } else {
        return None;
    };
    Some(flag.refused("mode", message, help.to_owned()))
}

/// Whether the feature `agent` is named although the release may not know it.
fn may_be_agent(deployment: &Deployment) -> bool {
    deployment.arguments.feature("agent").is_some() || deployment.arguments.has_gaps()
}
