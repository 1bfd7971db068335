//! Endpoints on the command line of vmagent (VictoriaMetrics v1.140
//! `app/vmagent/remotewrite/{remotewrite,client}.go`).

use std::collections::HashMap;
use std::sync::Arc;

use crate::finding::{Advice, Finding, Place, Severity, Span, rule};
use crate::yaml::{Builder, Document, Item, Node};
use promvet_syntax::shell;

/// The flag that makes an endpoint.
const URL: &str = "remoteWrite.url";

/// Flags and the native keys of an entry that they stand for.
const FLAGS: &[(&str, &str)] = &[
    (URL, "url"),
    ("remoteWrite.basicAuth.password", "basic_auth.password"),
    (
        "remoteWrite.basicAuth.passwordFile",
        "basic_auth.password_file",
    ),
    ("remoteWrite.basicAuth.username", "basic_auth.username"),
    (
        "remoteWrite.basicAuth.usernameFile",
        "basic_auth.username_file",
    ),
    ("remoteWrite.bearerToken", "bearer_token"),
    ("remoteWrite.bearerTokenFile", "bearer_token_file"),
    ("remoteWrite.oauth2.clientID", "oauth2.client_id"),
    ("remoteWrite.oauth2.clientSecret", "oauth2.client_secret"),
    (
        "remoteWrite.oauth2.clientSecretFile",
        "oauth2.client_secret_file",
    ),
    ("remoteWrite.oauth2.tokenUrl", "oauth2.token_url"),
    ("remoteWrite.aws.region", "sigv4.region"),
    ("remoteWrite.aws.roleARN", "sigv4.role_arn"),
    ("remoteWrite.proxyURL", "proxy_url"),
    ("remoteWrite.sendTimeout", "remote_timeout"),
    ("remoteWrite.tlsCAFile", "tls_config.ca_file"),
    ("remoteWrite.tlsCertFile", "tls_config.cert_file"),
    (
        "remoteWrite.tlsInsecureSkipVerify",
        "tls_config.insecure_skip_verify",
    ),
    ("remoteWrite.tlsKeyFile", "tls_config.key_file"),
    ("remoteWrite.tlsServerName", "tls_config.server_name"),
];

/// The native names of the flags, for messages.
pub(super) fn spelling() -> impl Iterator<Item = (&'static str, &'static str)> {
    FLAGS.iter().map(|&(flag, native)| (native, flag))
}

/// One argument of a container, which may be a word of a line.
pub(super) struct Argument<'d> {
    text: String,
    /// What it is written in.
    node: Node<'d>,
    span: Span,
}

impl Argument<'_> {
    /// Where the text behind some of its bytes is; all of it if quotes or escapes are in between.
    fn behind(&self, from: usize) -> Span {
        if self.span.len() == self.text.len() {
            self.span.part(from, self.text.len())
        } else {
            self.span
        }
    }
}

/// One flag.
struct Flag<'a, 'd> {
    name: &'a str,
    value: &'a str,
    /// The argument that holds the value.
    node: Node<'d>,
    span: Span,
}

/// The arguments of containers that run vmagent, in a compose file or a manifest.
pub(super) fn containers(root: Node<'_>) -> Vec<Vec<Argument<'_>>> {
    let mut found = Vec::new();
    let services = root.get("services").and_then(Node::mapping);
    let services = services.into_iter().flat_map(|map| map.entries());
    let mut containers: Vec<Node<'_>> = services.map(|entry| entry.value).collect();
    for way in [
        &["spec", "template", "spec", "containers"][..],
        &["spec", "containers"],
        &[
            "spec",
            "jobTemplate",
            "spec",
            "template",
            "spec",
            "containers",
        ],
    ] {
        let list = way.iter().try_fold(root, |node, key| node.get(key));
        containers.extend(list.into_iter().flat_map(Node::items));
    }
    for container in containers {
        let lists = ["entrypoint", "command", "args"];
        let lists = lists.iter().filter_map(|key| container.get(key));
        let arguments: Vec<_> = lists.flat_map(arguments).collect();
        let image = container.get("image").and_then(Node::as_str).unwrap_or("");
        let mut programs = arguments.iter().filter(|it| !it.text.starts_with('-'));
        let is_program = |it: &Argument<'_>| {
            let name = it.text.rsplit('/').next();
            matches!(name, Some("vmagent" | "vmagent-prod"))
        };
        if !arguments.is_empty() && (is_vmagent(image) || programs.any(is_program)) {
            found.push(arguments);
        }
    }
    found
}

/// The arguments of a list, or of a line that a shell splits.
fn arguments(node: Node<'_>) -> Vec<Argument<'_>> {
    if node.scalar().is_some() {
        return line(node);
    }
    let mut out = Vec::new();
    for item in node.items() {
        let Some(scalar) = item.scalar() else {
            continue;
        };
        // `sh -c "vmagent -remoteWrite.url=…"`
        if scalar.text.contains(char::is_whitespace) && !scalar.text.starts_with('-') {
            out.extend(line(item));
        } else {
            out.push(Argument {
                text: scalar.text.to_owned(),
                node: item,
                span: scalar.part(0, scalar.text.len()),
            });
        }
    }
    out
}

/// The words of a line. Their places are looked for in the source, which may be folded and indented.
fn line(node: Node<'_>) -> Vec<Argument<'_>> {
    let Some(scalar) = node.scalar() else {
        return Vec::new();
    };
    let inner = scalar.inner_span();
    let source = node.document().text().slice(inner);
    let mut from = 0;
    let place = |word: shell::Word| {
        let written = scalar.text.get(word.range).unwrap_or("");
        let found = source.get(from..).and_then(|rest| rest.find(written));
        let span = found.map(|at| {
            let begins = from + at;
            from = begins + written.len();
            inner.part(begins, from)
        });
        Argument {
            // `vmagent -x; true`
            text: word.text.trim_end_matches(';').to_owned(),
            node,
            span: span.unwrap_or(inner),
        }
    };
    shell::words(scalar.text).into_iter().map(place).collect()
}

fn is_vmagent(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split([':', '@']).next() == Some("vmagent")
}

/// The native tree of some arguments. None if they make no endpoint.
pub(super) fn translate(source: &Arc<Document>, arguments: &[Argument<'_>]) -> Option<Document> {
    let mut by_name: HashMap<&str, Vec<Flag<'_, '_>>> = HashMap::new();
    for flag in flags(arguments) {
        by_name.entry(flag.name).or_default().push(flag);
    }
    let urls = by_name.get(URL)?;
    let first = urls.first()?.node;
    let mut builder = Builder::new(source);
    let mut entries = Vec::new();
    for number in 0..urls.len() {
        let mut items: Vec<Item<'_>> = Vec::new();
        for &(name, native) in FLAGS {
            // The n-th value is that of the n-th URL; a single one counts for all
            // (`lib/flagutil/array.go`, `GetOptionalArg`).
            let flag = match by_name.get(name).map(Vec::as_slice) {
                Some([only]) => Some(only),
                Some(several) => several.get(number),
                None => None,
            };
            if let Some(flag) = flag {
                let value = builder.part(flag.node, flag.span, flag.value);
                items.push((native, flag.node, value));
            }
        }
        let pairs = builder.assemble(first, items);
        entries.push(builder.mapping(first, &pairs));
    }
    let list = builder.sequence(first, &entries);
    let key = builder.scalar(first, "remote_write");
    let root = builder.mapping(first, &[(key, list)]);
    Some(builder.finish(root))
}

/// Flags whose value is a credential, or leads to one.
const CREDENTIALS: &[&str] = &[
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
    arguments: &[Argument<'_>],
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
    let once = CREDENTIALS.iter().filter_map(|name| match &*of(name) {
        [only] if !only.value.contains(',') => Some((name, only.node, only.span)),
        _ => None,
    });
    let found = once.map(|(name, node, span)| {
        let place = Place::new(source.text(), span);
        let message = format!(
            "`-{name}`: it is given once, so it goes to every URL: of {} and of {}",
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

/// The last two labels of the host of a URL, if it is a name on the internet.
fn domain(url: &str) -> Option<&str> {
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

/// The flags among some arguments: `-name=value`, `--name value`, and `-name` for a truth value.
fn flags<'a, 'd>(arguments: &'a [Argument<'d>]) -> Vec<Flag<'a, 'd>> {
    let mut out = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let text = &*argument.text;
        let Some(name) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) else {
            continue;
        };
        if let Some((name, value)) = name.split_once('=') {
            out.push(Flag {
                name,
                value,
                node: argument.node,
                span: argument.behind(text.len() - value.len()),
            });
            continue;
        }
        let is_switch = name == "remoteWrite.tlsInsecureSkipVerify";
        let value = rest.next_if(|next| !is_switch && !next.text.starts_with('-'));
        out.push(Flag {
            name,
            value: value.map_or("true", |value| &value.text),
            node: value.unwrap_or(argument).node,
            span: value.unwrap_or(argument).span,
        });
    }
    out
}
