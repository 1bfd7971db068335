//! Credentials of vmagent's endpoints, which are given by position.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ContainerArgument, HEADERS_FLAG, URL, WrittenFlag, flags, value_for, values, written};
use crate::finding::{Advice, Finding, Place, Severity, rule};
use crate::yaml::Document;

/// Flags whose value is a credential, or leads to one.
pub(super) const CREDENTIALS: &[&str] = &[
    "remoteWrite.basicAuth.password",
    "remoteWrite.basicAuth.passwordFile",
    "remoteWrite.bearerToken",
    "remoteWrite.bearerTokenFile",
    "remoteWrite.oauth2.clientSecret",
    "remoteWrite.oauth2.clientSecretFile",
];

/// What is reported about credentials that are given once and go to URLs of different
/// organizations.
pub(super) fn shared_credentials(
    source: &Arc<Document>,
    arguments: &[ContainerArgument<'_>],
) -> Vec<Finding> {
    let flags = flags(arguments);
    let of = |name: &str| {
        flags
            .iter()
            .filter(|flag| flag.name == name)
            .collect::<Vec<_>>()
    };
    let urls = of(URL);
    let domains: Vec<&str> = urls.iter().filter_map(|url| domain(url.value)).collect();
    let differs = |domain: &&str| Some(domain) != domains.first();
    if domains.len() < urls.len() || !domains.iter().any(differs) {
        return Vec::new();
    }
    let is_credential = |name: &str, value: &str| name != HEADERS_FLAG || authorizes(value);
    let names = CREDENTIALS.iter().chain([&HEADERS_FLAG]);
    let once = names.filter_map(|name| match &*of(name) {
        [only] if is_credential(name, only.value) => Some((name, only.node, only.span)),
        _ => None,
    });
    let found = once.map(|(name, node, span)| {
        let place = Place::new(source.text(), span);
        let message = format!(
            "`-{name}`: it is given once, so every URL gets it: {} and {}",
            domains.first().copied().unwrap_or(""),
            domains
                .iter()
                .copied()
                .find(|domain| differs(domain))
                .unwrap_or("")
        );
        let finding = Finding::new(
            rule::AGENTS_SHARED_CREDENTIAL,
            Severity::Warning,
            place,
            message,
        );
        let help =
            "give it once for each URL, in their order, with an empty value where none belongs";
        finding
            .of_key(node.path(), node.identity())
            .help(Advice::say(help))
    });
    found.collect()
}

/// What is reported about a header with a credential beside another credential, which takes its place
/// (`lib/promauth/config.go`, `Config.SetHeaders`; `app/vmagent/remotewrite/client.go`, `doRequest`).
pub(super) fn header_beside(
    source: &Arc<Document>,
    arguments: &[ContainerArgument<'_>],
) -> Vec<Finding> {
    let mut by_name: HashMap<&str, Vec<WrittenFlag<'_, '_>>> = HashMap::new();
    for flag in flags(arguments) {
        by_name.entry(flag.name).or_default().push(flag);
    }
    let urls = by_name.get(URL).map_or(0, Vec::len);
    let beside = (0..urls).find_map(|number| {
        let header = value_for(&by_name, HEADERS_FLAG, number)?;
        let mut names = REPLACING.iter();
        let name = names.find(|name| {
            value_for(&by_name, name, number).is_some_and(|flag| flag.value != "false")
        })?;
        authorizes(header.value).then_some((header, *name))
    });
    let found = beside.map(|(header, name)| {
        let place = Place::new(source.text(), header.span);
        let message = format!(
            "`-{HEADERS_FLAG}`: `Authorization` is not sent, since `-{name}` takes its place"
        );
        let finding = Finding::new(rule::SCHEMA_CONFLICT, Severity::Warning, place, message);
        let finding = finding.of_key(header.node.path(), header.node.identity());
        finding.help(Advice::say(
            "remove the header, and change the credential if git tracks it",
        ))
    });
    found.into_iter().collect()
}

/// Flags whose credential takes the place of the header.
const REPLACING: &[&str] = &[
    "remoteWrite.aws.useSigv4",
    "remoteWrite.basicAuth.username",
    "remoteWrite.basicAuth.usernameFile",
    "remoteWrite.bearerToken",
    "remoteWrite.bearerTokenFile",
    "remoteWrite.oauth2.clientSecret",
    "remoteWrite.oauth2.clientSecretFile",
];

/// Whether lines of headers have a credential.
fn authorizes(lines: &str) -> bool {
    lines.split("^^").any(|line| {
        let name = line.trim_matches(['"', '\'', '`']).split(':').next();
        name.is_some_and(|name| name.trim().eq_ignore_ascii_case("authorization"))
    })
}

/// A value with a comma, for one URL: vmagent takes it for two values, and sends the first.
pub(super) fn split(source: &Arc<Document>, arguments: &[ContainerArgument<'_>]) -> Vec<Finding> {
    let urls = flags(arguments)
        .iter()
        .filter(|flag| flag.name == URL)
        .count();
    let written = written(arguments);
    let found = written.iter().filter_map(|flag| {
        let is_only = || {
            written
                .iter()
                .filter(|other| other.name == flag.name)
                .count()
                == 1
        };
        let parts = values(flag.value).len();
        let is_one = parts > urls.max(1) && !flag.value.ends_with(',');
        if !SPLIT.contains(&flag.name) || !is_one || !is_only() {
            return None;
        }
        let place = Place::new(source.text(), flag.span);
        let message = format!(
            "`-{}`: the comma begins the value of the next URL, so only what is before it is sent",
            flag.name
        );
        let rule = rule::SCHEMA_INVALID_VALUE;
        let finding = Finding::new(rule, Severity::Warning, place, message);
        let finding = finding.of_key(flag.node.path(), flag.node.identity());
        Some(finding.help(Advice::say("put the value in double quotes")))
    });
    found.collect()
}

/// Flags whose values people choose, or a generator.
const SPLIT: &[&str] = &[
    "remoteWrite.basicAuth.password",
    "remoteWrite.basicAuth.username",
    "remoteWrite.bearerToken",
    "remoteWrite.oauth2.clientSecret",
];

/// What is reported about a credential that is given for some URLs, and neither for one nor for all:
/// those behind them send none.
pub(super) fn too_few(source: &Arc<Document>, arguments: &[ContainerArgument<'_>]) -> Vec<Finding> {
    let flags = flags(arguments);
    let count = |name: &str| flags.iter().filter(|flag| flag.name == name).count();
    let urls = count(URL);
    let some = CREDENTIALS.iter().filter_map(|name| {
        let given = count(name);
        let last = flags.iter().rfind(|flag| flag.name == *name)?;
        (given > 1 && given < urls).then_some((name, given, last))
    });
    // A receiver in a private network may want none.
    let is_public = |url: &&WrittenFlag<'_, '_>| {
        url.value.starts_with("https://") && domain(url.value).is_some()
    };
    let found = some.map(|(name, given, last)| {
        let mut rest = flags.iter().filter(|flag| flag.name == URL).skip(given);
        let severity = match rest.all(|url| is_public(&url)) {
            true => Severity::Warning,
            false => Severity::Info,
        };
        let place = Place::new(source.text(), last.span);
        let message = format!("`-{name}`: {given} values for {urls} URLs: the last URLs get none");
        let rule = rule::AGENTS_SHARED_CREDENTIAL;
        let finding = Finding::new(rule, severity, place, message);
        let finding = finding.of_key(last.node.path(), last.node.identity());
        finding.help(Advice::say(
            "give one for each URL, or an empty value where none belongs",
        ))
    });
    found.collect()
}

/// The last two labels of the host of a URL, if it is a name on the internet.
pub(in super::super) fn domain(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let mut labels = host.rmatch_indices('.').map(|(at, _)| at);
    let last = labels.next()?;
    let top = host.get(last + 1..)?;
    let is_own = ["cluster", "internal", "lan", "local", "localhost", "svc"].contains(&top);
    let is_name = top.len() > 1 && top.chars().all(|c| c.is_ascii_alphabetic());
    if is_own || !is_name || host.contains(".svc.") {
        return None;
    }
    let from = labels.next().map_or(0, |at| at + 1);
    host.get(from..)
}

/// Groups of flags, and those without which the group does nothing (`app/vmagent/remotewrite/client.go`,
/// `getAWSAPIConfig` and `getAuthConfig`).
const SWITCHES: &[(&str, &[&str])] = &[
    ("remoteWrite.aws.", &["remoteWrite.aws.useSigv4"]),
    (
        "remoteWrite.oauth2.",
        &[
            "remoteWrite.oauth2.clientSecret",
            "remoteWrite.oauth2.clientSecretFile",
        ],
    ),
];

/// Whether a flag counts for a URL.
pub(super) fn is_on(
    by_name: &HashMap<&str, Vec<WrittenFlag<'_, '_>>>,
    name: &str,
    number: usize,
) -> bool {
    let Some((_, switches)) = SWITCHES.iter().find(|(group, _)| name.starts_with(group)) else {
        return true;
    };
    switches.iter().any(|switch| {
        value_for(by_name, switch, number).is_some_and(|flag| !["", "false"].contains(&flag.value))
    })
}
