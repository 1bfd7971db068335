//! What is wrong with the command line of vmagent or vmalert (VictoriaMetrics v1.140
//! `lib/envflag/envflag.go`, `app/vmalert/remotewrite/client.go`).

use std::sync::Arc;

use super::{APPENDED, CommandLine, ContainerArgument, KEEPS_PATH, URL, values, written};
use super::{known, value};
use crate::finding::{Advice, Finding, Place, Severity, nearest, placeholder, rule, surely_meant};
use crate::yaml::{Document, Node};

/// Groups of flags that are known.
const GROUPS: &[&str] = &["promscrape", "remoteWrite"];

/// What is wrong with a command line of vmagent.
pub(super) fn of_vmagent(source: &Arc<Document>, line: &CommandLine<'_>) -> Vec<Finding> {
    let arguments = &line.arguments;
    let mut out = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        let Some(name) = name_of(argument) else {
            continue;
        };
        out.extend(unknown(source, argument, name));
        let next = arguments.get(at + 1);
        let stray = next.filter(|next| matches!(&*next.text, "true" | "false"));
        if let Some(stray) = stray.filter(|_| known::is_switch(name) && !has_value(argument)) {
            let message = format!(
                "`-{name} {0}` is not `-{name}={0}`: `{0}` is a separate argument, and vmagent does not start",
                stray.text
            );
            let finding = said(
                source,
                stray,
                rule::SCHEMA_INVALID_VALUE,
                Severity::Error,
                message,
            );
            out.push(finding.help(Advice::write(format!("write `-{name}={}`", stray.text))));
        }
    }
    out.extend(headers(source, line));
    out.extend(value::faults(source, arguments, "vmagent"));
    out
}

/// Arguments whose names vmagent does not know.
pub(super) fn of_names(
    source: &Arc<Document>,
    arguments: &[ContainerArgument<'_>],
) -> Vec<Finding> {
    let named = arguments.iter();
    let named = named.filter_map(|argument| Some((argument, name_of(argument)?)));
    named
        .filter_map(|(argument, name)| unknown(source, argument, name))
        .collect()
}

/// A header without a colon (`lib/promauth/config.go`, `parseHeaders`); `^^` separates several.
fn headers(source: &Arc<Document>, line: &CommandLine<'_>) -> Vec<Finding> {
    let flags = written(&line.arguments).into_iter();
    let set = flags.filter(|flag| flag.name == "remoteWrite.headers");
    let found = set.filter_map(|flag| {
        // A comma begins the headers of the next URL, which may not be there.
        let first = flag.value.get(values(flag.value).into_iter().next()?)?;
        first.split("^^").find(|header| {
            let header = header.trim_matches(['"', '\'', '`']);
            !header.is_empty() && !header.contains(':') && !header.contains(['$', '{', '%'])
        })?;
        let place = Place::new(source.text(), flag.span);
        let message = "`-remoteWrite.headers`: a header without `:`; vmagent does not start";
        let rule = rule::SCHEMA_INVALID_VALUE;
        let finding = Finding::new(rule, Severity::Error, place, message.to_owned());
        let finding = finding.of_key(flag.node.path(), flag.node.identity());
        Some(finding.help(Advice::write(
            "write `NAME: VALUE`, and `^^` between several",
        )))
    });
    found.collect()
}

/// A flag that vmagent never had, in a group that is known. A newer release may have it.
fn unknown(
    source: &Arc<Document>,
    argument: &ContainerArgument<'_>,
    name: &str,
) -> Option<Finding> {
    let group = name.split(['.', '_']).next().unwrap_or(name);
    let is_group = GROUPS.contains(&group);
    let is_like = || {
        let mut groups = GROUPS.iter();
        groups.any(|other| other.eq_ignore_ascii_case(group))
            || nearest(group, GROUPS.iter().copied()).is_some()
    };
    let is_open = placeholder::is_open(name);
    if known::is_known(name) || is_open || group == "remoteRead" || !(is_group || is_like()) {
        return None;
    }
    let meant = meant(name);
    let message = format!("`-{name}`: unknown flag; vmagent does not start");
    let finding = said(
        source,
        argument,
        rule::SCHEMA_UNKNOWN_FIELD,
        Severity::Warning,
        message,
    );
    Some(match meant {
        Some(meant) => finding.help(renamed(argument, name, meant)),
        None => finding.help(Advice::say("remove it, or correct its name")),
    })
}

/// The flag that a name is meant for.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let same = known::all().find(|known| known.eq_ignore_ascii_case(&name.replace('_', ".")));
    same.or_else(|| other_word(name))
        .or_else(|| nearest(name, known::all()).filter(|meant| is_like_last(name, meant)))
}

/// To write a flag by its right name. It is surely that where only one is near.
fn renamed(argument: &ContainerArgument<'_>, name: &str, meant: &str) -> Advice {
    let words = format!("write `-{meant}`");
    // With quotes or escapes in between, bytes of the text are not those of the file.
    let Some(at) = argument.text.find(name).filter(|_| is_as_written(argument)) else {
        return Advice::say(words);
    };
    let span = argument.span.part(at, at + name.len());
    let advice = Advice::edit(vec![(span, meant.to_owned())]).text(words);
    let is_same = meant.eq_ignore_ascii_case(&name.replace('_', "."));
    match is_same || surely_meant(name, known::all()) == Some(meant) {
        true => advice.safe(),
        false => advice.unsafe_(),
    }
}

fn is_as_written(argument: &ContainerArgument<'_>) -> bool {
    argument.span.len() == argument.text.len()
}

/// Words of others for flags of vmagent.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("insecureSkipVerify", "remoteWrite.tlsInsecureSkipVerify"),
    ("skipVerify", "remoteWrite.tlsInsecureSkipVerify"),
    ("tlsSkipVerify", "remoteWrite.tlsInsecureSkipVerify"),
];

/// The flag of vmagent that another word is meant for.
fn other_word(name: &str) -> Option<&'static str> {
    let (group, _) = name.split_once('.')?;
    let last = name.rsplit('.').next()?;
    let mut words = OTHER_WORDS.iter();
    let of_group = |flag: &str| flag.split('.').next() == Some(group);
    words
        .find(|(word, flag)| word.eq_ignore_ascii_case(last) && of_group(flag))
        .map(|(_, flag)| *flag)
}

/// Whether the last parts of two names are like each other: behind a long part that they share,
/// everything is.
fn is_like_last(name: &str, meant: &str) -> bool {
    let last = |name: &'_ str| name.rfind('.').map_or(0, |at| at + 1);
    let (own, other) = (name.get(last(name)..), meant.get(last(meant)..));
    matches!((own, other), (Some(own), Some(other)) if nearest(own, [other]).is_some())
}

/// URLs of vmalert to which it appends a path that they have already.
pub(super) fn of_vmalert(source: &Arc<Document>, line: &CommandLine<'_>) -> Vec<Finding> {
    const PATH: &str = APPENDED;
    let mut out = value::faults(source, &line.arguments, "vmalert");
    let flags = written(&line.arguments);
    let keeps = |name: &str| name == KEEPS_PATH;
    if flags
        .iter()
        .any(|flag| keeps(flag.name) && flag.value != "false")
    {
        return out;
    }
    let urls = flags.iter().filter(|flag| flag.name == URL);
    let found = urls.filter_map(|flag| {
        let url = values(flag.value).into_iter().next()?;
        let url = flag.value.get(url)?.trim_end_matches('/');
        if !url.ends_with(PATH) || placeholder::find(url).next().is_some() {
            return None;
        }
        let place = Place::new(source.text(), flag.span);
        let message = format!(
            "`-{URL}`: vmalert appends `{PATH}`, so it sends to `…{PATH}{PATH}`, and every send fails"
        );
        let finding = Finding::new(rule::REMOTE_WRITE_URL_SHAPE, Severity::Warning, place, message);
        let finding = finding.of_key(flag.node.path(), flag.node.identity());
        Some(finding.help(Advice::say(format!(
            "remove `{PATH}` from the URL, or set `-remoteWrite.disablePathAppend`"
        ))))
    });
    out.extend(found);
    out
}

/// Flags with which vmagent needs no endpoint, or may have it from elsewhere.
const WITHOUT_URL: &[&str] = &[
    URL,
    "dryRun",
    "envflag.enable",
    "help",
    "promscrape.config.dryRun",
    "remoteWrite.multitenantURL",
    "version",
];

/// What is reported about a command line without an endpoint.
pub(super) fn no_url(source: &Arc<Document>, line: &CommandLine<'_>) -> Option<Finding> {
    let flags: Vec<_> = line.arguments.iter().filter_map(name_of).collect();
    // Variables may hold more flags.
    let mut arguments = line.arguments.iter();
    let is_open = arguments
        .any(|argument| !argument.text.starts_with('-') && argument.text.contains(['$', '{']));
    let is_misspelled = |flag: &&str| !known::is_known(flag) && meant(flag) == Some(URL);
    if is_open
        || flags.iter().any(|flag| WITHOUT_URL.contains(flag))
        || flags.iter().any(is_misspelled)
    {
        return None;
    }
    let first = line
        .arguments
        .iter()
        .find(|argument| name_of(argument).is_some())?;
    let message = format!("`-{URL}`: missing; vmagent does not start");
    let rule = rule::SCHEMA_MISSING_FIELD;
    let finding = said(source, first, rule, Severity::Warning, message);
    Some(finding.help(Advice::say(format!("add `-{URL}` with the URL to send to"))))
}

/// A single node stores what it gets, and forwards nothing (`app/victoria-metrics/main.go`; issue #1645 of
/// VictoriaMetrics asks for it).
pub(super) fn of_single(source: &Arc<Document>, line: &CommandLine<'_>) -> Option<Finding> {
    let mut arguments = line.arguments.iter();
    let argument = arguments.find(|argument| name_of(argument) == Some(URL))?;
    let message = format!("`-{URL}`: a flag of vmagent; VictoriaMetrics does not start");
    let rule = rule::SCHEMA_UNKNOWN_FIELD;
    let finding = said(source, argument, rule, Severity::Warning, message);
    Some(finding.help(Advice::say(
        "remove it; vmagent sends on what it gets, to several places if wanted",
    )))
}

fn has_value(argument: &ContainerArgument<'_>) -> bool {
    argument.text.contains('=')
}

/// The name of the flag that an argument is.
fn name_of<'a>(argument: &'a ContainerArgument<'_>) -> Option<&'a str> {
    let text = &*argument.text;
    let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-'))?;
    let name = name.split('=').next().unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

fn said(
    source: &Arc<Document>,
    argument: &ContainerArgument<'_>,
    broken: &'static str,
    severity: Severity,
    message: String,
) -> Finding {
    let name = argument.text.split('=').next().unwrap_or("").len();
    let span = match is_as_written(argument) {
        true => argument.span.part(0, name),
        false => argument.span,
    };
    let node: Node<'_> = argument.node;
    let place = Place::new(source.text(), span);
    Finding::new(broken, severity, place, message).of_key(node.path(), node.identity())
}
