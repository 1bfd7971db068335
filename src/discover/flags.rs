//! Endpoints on the command line of vmagent (VictoriaMetrics v1.140
//! `app/vmagent/remotewrite/{remotewrite,client}.go`).

use std::sync::Arc;

use crate::finding::Span;
use crate::yaml::{Builder, Document, Item, Node};

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

/// One flag.
struct Flag<'d> {
    name: &'d str,
    value: &'d str,
    /// The argument that holds the value.
    node: Node<'d>,
    span: Span,
}

/// The arguments of containers that run vmagent, in a compose file or a manifest.
pub(super) fn containers<'d>(root: Node<'d>) -> Vec<Vec<Node<'d>>> {
    let mut found = Vec::new();
    let services = root.get("services").and_then(Node::mapping);
    let services = services.into_iter().flat_map(|map| map.entries());
    let mut containers: Vec<Node<'d>> = services.map(|entry| entry.value).collect();
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
        let image = container.get("image").and_then(Node::as_str).unwrap_or("");
        if !is_vmagent(image) {
            continue;
        }
        let lists = ["entrypoint", "command", "args"];
        let lists = lists.iter().filter_map(|key| container.get(key));
        let arguments: Vec<_> = lists.flat_map(Node::items).collect();
        if !arguments.is_empty() {
            found.push(arguments);
        }
    }
    found
}

fn is_vmagent(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split([':', '@']).next() == Some("vmagent")
}

/// The native tree of some arguments. None if they make no endpoint.
pub(super) fn translate(source: &Arc<Document>, arguments: &[Node<'_>]) -> Option<Document> {
    let flags = flags(arguments);
    let urls: Vec<&Flag<'_>> = flags.iter().filter(|flag| flag.name == URL).collect();
    let first = urls.first()?;
    let mut builder = Builder::new(source);
    let mut entries = Vec::new();
    for number in 0..urls.len() {
        let mut items: Vec<Item<'_>> = Vec::new();
        for &(name, native) in FLAGS {
            let given: Vec<&Flag<'_>> = flags.iter().filter(|flag| flag.name == name).collect();
            // The n-th value is that of the n-th URL; a single one counts for all
            // (`lib/flagutil/array.go`, `GetOptionalArg`).
            let flag = match &*given {
                [only] => Some(only),
                several => several.get(number),
            };
            if let Some(flag) = flag {
                let value = builder.part(flag.node, flag.span, flag.value);
                items.push((native, flag.node, value));
            }
        }
        let pairs = builder.assemble(first.node, items);
        entries.push(builder.mapping(first.node, &pairs));
    }
    let list = builder.sequence(first.node, &entries);
    let key = builder.scalar(first.node, "remote_write");
    let root = builder.mapping(first.node, &[(key, list)]);
    Some(builder.finish(root))
}

/// The flags among some arguments: `-name=value`, `--name value`, and `-name` for a truth value.
fn flags<'d>(arguments: &[Node<'d>]) -> Vec<Flag<'d>> {
    let mut out = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(&node) = rest.next() {
        let Some(scalar) = node.scalar() else {
            continue;
        };
        let text = scalar.text;
        let Some(name) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) else {
            continue;
        };
        let dashes = text.len() - name.len();
        if let Some((name, value)) = name.split_once('=') {
            let from = dashes + name.len() + 1;
            out.push(Flag {
                name,
                value,
                node,
                span: scalar.part(from, text.len()),
            });
            continue;
        }
        let follows = rest.peek().and_then(|next| next.scalar());
        let follows = follows.filter(|next| !next.text.starts_with('-'));
        match follows {
            Some(next) if name != "remoteWrite.tlsInsecureSkipVerify" => {
                if let Some(&node) = rest.next() {
                    out.push(Flag {
                        name,
                        value: next.text,
                        node,
                        span: node.span(),
                    });
                }
            }
            _ => out.push(Flag {
                name,
                value: "true",
                node,
                span: scalar.part(0, text.len()),
            }),
        }
    }
    out
}
