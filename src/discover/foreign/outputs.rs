//! Outputs of Telegraf, Fluent Bit and Netdata, and sinks of Vector in TOML.

use std::path::Path;
use std::sync::Arc;

use super::super::names;
use super::{EmbeddedIn, Finder, RecognizedFile, TemplateEvidence, found, own_keys};
use crate::finding::{Advice, Finding, Severity, Text, rule};
use crate::schema::dialect::table::ObjectRole;
use crate::schema::dialect::{KeySpelling, SELECTED, SENDERS, Translation, tables};
use crate::schema::{sections, toml};
use crate::yaml::{Document, Mapping, Node, TranslationBuilder, TranslationEntry};

/// The format of Telegraf that is remote write (influxdata/telegraf v1.34
/// `plugins/serializers/prometheusremotewrite`).
const FORMAT: &str = "prometheusremotewrite";

/// Headers that Telegraf does not set for that format, and without which receivers reject the samples
/// (`plugins/serializers/prometheusremotewrite/README.md`).
const HEADERS: &[&str] = &["Content-Type", "Content-Encoding"];

/// The name of the output of Fluent Bit, and how the names of sections of Netdata begin.
const FLUENT: &str = "prometheus_remote_write";
const NETDATA: &str = "prometheus_remote_write:";

/// Settings of Fluent Bit (fluent/fluent-bit v4.0 `plugins/out_prometheus_remote_write/remote_write.c`) and
/// what they are in an entry.
const OF_FLUENT: &[(&str, &str)] = &[
    ("http_user", "basic_auth.username"),
    ("http_passwd", "basic_auth.password"),
    ("tls.ca_file", "tls_config.ca_file"),
    ("tls.crt_file", "tls_config.cert_file"),
    ("tls.key_file", "tls_config.key_file"),
    ("tls.vhost", "tls_config.server_name"),
];

/// Settings of Netdata (netdata/netdata v2.5 `src/exporting/read_config.c`).
const OF_NETDATA: &[(&str, &str)] = &[
    ("username", "basic_auth.username"),
    ("password", "basic_auth.password"),
];

/// What sends in a text that is not YAML, by the name of its file.
pub(in crate::discover) fn read(text: &Arc<Text>, name: &str) -> Vec<RecognizedFile> {
    let bare = names::without_template_suffix(name);
    let template = (bare != name).then_some(TemplateEvidence::Suffix);
    let ending = Path::new(bare)
        .extension()
        .and_then(|ending| ending.to_str());
    if !matches!(ending, Some("conf" | "toml")) {
        return Vec::new();
    }
    let mut out = Vec::new();
    match toml::read(text) {
        Some(document) => {
            let document = Arc::new(document);
            let finder = Finder::new(&document, template);
            let root = document.root().into_iter();
            root.for_each(|root| {
                finder.vector(root, &mut out);
                finder.telegraf(root, &mut out);
            });
        }
        None if ending == Some("conf") => of_sections(text, template, &mut out),
        None => {}
    }
    out
}

fn of_sections(
    text: &Arc<Text>,
    template: Option<TemplateEvidence>,
    out: &mut Vec<RecognizedFile>,
) {
    let is_netdata = text.content().contains(&format!("[{NETDATA}"));
    let ends: fn(char) -> bool = match is_netdata {
        true => |c| c == '=',
        false => char::is_whitespace,
    };
    let document: Arc<Document> = Arc::new(sections::read(text, ends));
    let finder = Finder::new(&document, template);
    let all = document.root().into_iter().flat_map(Node::items);
    for section in all {
        let name = section.get(sections::SECTION).and_then(Node::as_str);
        let name = name.unwrap_or("");
        if let Some(instance) = name.strip_prefix(NETDATA) {
            out.extend(finder.netdata(section, instance));
        } else if name.eq_ignore_ascii_case("output") && is_fluent(section) {
            out.push(finder.fluent_output(section));
        }
    }
}

/// Whether an output of Telegraf sends by remote write.
pub(super) fn is_of_telegraf(output: Node<'_>) -> bool {
    let format = output.get("data_format").and_then(Node::as_str);
    format == Some(FORMAT) && output.get("url").is_some()
}

/// Whether an output of Fluent Bit sends by remote write.
pub(super) fn is_fluent(output: Node<'_>) -> bool {
    let name = output.get("name").and_then(Node::as_str);
    name.is_some_and(|name| name.eq_ignore_ascii_case(FLUENT))
}

impl<'d> Finder<'d> {
    /// Outputs of Telegraf (influxdata/telegraf v1.34 `plugins/outputs/http/http.go`).
    fn telegraf(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let outputs = root.get("outputs").and_then(|outputs| outputs.get("http"));
        let outputs = outputs.into_iter().flat_map(Node::items);
        let outputs = outputs.filter(|output| is_of_telegraf(*output));
        outputs.for_each(|output| self.telegraf_output(output, out));
    }

    /// An output that [`is_of_telegraf`].
    pub(super) fn telegraf_output(&self, output: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let shape = &tables::TELEGRAF_HTTP;
        let finder = self.partly(true);
        let found = finder.place(output, shape, ObjectRole::Endpoint, &SENDERS);
        let holder = EmbeddedIn::Part("telegraf");
        let more = without_headers(output).into_iter();
        let more = more.chain(compressed_twice(output));
        let more = more.chain(own_keys::unknown(output, &own_keys::TELEGRAF));
        let more = more.collect();
        finder.with_findings(found, more, output, holder, out);
    }

    /// An output of Fluent Bit, whose URL is in several keys.
    pub(super) fn fluent_output(&self, output: Node<'d>) -> RecognizedFile {
        let text = |key: &str| output.get(key).and_then(Node::as_str);
        let is_on = |key: &str| text(key).map(is_true);
        let is_tls = is_on("tls") == Some(true);
        let (port, path) = (text("port").unwrap_or("80"), text("uri").unwrap_or("/"));
        let url = format!(
            "{}://{}:{port}/{}",
            if is_tls { "https" } else { "http" },
            text("host").unwrap_or("127.0.0.1"),
            path.trim_start_matches('/')
        );
        let is_number = port.chars().all(|c| c.is_ascii_digit()) || port.contains('$');
        let named = match is_number {
            true => "host",
            false => "port",
        };
        let at = [named, "host", "uri", "name"]
            .iter()
            .find_map(|key| output.get(key));
        let mut builder = TranslationBuilder::new(self.document);
        let mut items = copied(&mut builder, output, OF_FLUENT);
        let url = builder.scalar(at.unwrap_or(output), &url);
        items.push(("url", at.unwrap_or(output), url));
        if let Some(verify) = output.get("tls.verify")
            && is_tls
            && is_on("tls.verify") == Some(false)
        {
            let value = builder.scalar(verify, "true");
            items.push(("tls_config.insecure_skip_verify", verify, value));
        }
        if is_on("aws_auth") == Some(true)
            && let Some(region) = output.get("aws_region")
        {
            items.extend(
                builder
                    .copy(region)
                    .map(|value| ("sigv4.region", region, value)),
            );
        }
        items.extend(headers_of_fluent(&mut builder, output));
        let mut findings = own_keys::unknown(output, &own_keys::FLUENT_BIT);
        // With a password it is said that this one is sent in plaintext.
        if let Some(node) = output.get("port")
            && port == "443"
            && !is_tls
            && output.get("http_passwd").is_none()
        {
            let message = "`port`: 443 without `tls on`, so everything is sent in plaintext, and the receiver closes the connection";
            let rule = rule::SCHEMA_INVALID_VALUE;
            let finding = found(rule, Severity::Warning, node, message.to_owned());
            findings.push(finding.help("add `tls on`"));
        }
        let names = [("url", named), ("insecure_skip_verify", "tls.verify")];
        let names = names
            .into_iter()
            .chain(OF_FLUENT.iter().map(|&(own, native)| (native, own)));
        self.endpoint(builder, items, output, findings, names, "fluent-bit")
    }

    /// An instance of Netdata's exporter; nothing if it is off.
    fn netdata(&self, section: Node<'d>, instance: &str) -> Option<RecognizedFile> {
        let text = |key: &str| section.get(key).and_then(Node::as_str);
        let node = section.get("destination")?;
        if !text("enabled").is_some_and(is_true) {
            return None;
        }
        let first = node.as_str()?.split_whitespace().next()?;
        let bare = first.split_once("://").map_or(first, |(_, rest)| rest);
        let (host, own_path) = bare.split_once('/').unwrap_or((bare, ""));
        let scheme = match instance.starts_with("https:") {
            true => "https",
            false => "http",
        };
        let path = text("remote write url path").unwrap_or("/receive");
        let url = format!("{scheme}://{host}/{}", path.trim_start_matches('/'));
        let mut builder = TranslationBuilder::new(self.document);
        let mut items = copied(&mut builder, section, OF_NETDATA);
        let url = builder.scalar(node, &url);
        items.push(("url", node, url));
        let mut findings = Vec::new();
        if first != bare {
            let message = "`destination`: only a host and a port; the scheme is in the name of the section: `[prometheus_remote_write:https:NAME]`";
            let rule = rule::SCHEMA_INVALID_VALUE;
            let finding = found(rule, Severity::Warning, node, message.to_owned());
            findings.push(finding.help("remove the scheme"));
        } else if !own_path.is_empty() {
            let message =
                "`destination`: only a host and a port; the path is in `remote write URL path`";
            let rule = rule::SCHEMA_INVALID_VALUE;
            let finding = found(rule, Severity::Warning, node, message.to_owned());
            findings.push(finding.help("remove the path"));
        }
        let names = [("url", "destination")].into_iter();
        let names = names.chain(OF_NETDATA.iter().map(|&(own, native)| (native, own)));
        Some(self.endpoint(builder, items, section, findings, names, "netdata"))
    }

    /// One endpoint, with what is wrong around it.
    fn endpoint(
        &self,
        mut builder: TranslationBuilder,
        items: Vec<TranslationEntry<'d>>,
        at: Node<'d>,
        findings: Vec<Finding>,
        names: impl Iterator<Item = (&'static str, &'static str)>,
        program: &'static str,
    ) -> RecognizedFile {
        let pairs = builder.assemble(at, items);
        let entry = builder.mapping(at, &pairs);
        let list = builder.sequence(at, &[entry]);
        let key = builder.scalar(at, "remote_write");
        let root = builder.mapping(at, &[(key, list)]);
        let mut spelling = KeySpelling::default();
        names.for_each(|(native, own)| spelling.add(native, own));
        let made = Translation {
            document: builder.finish(root),
            findings,
            spelling,
            references: Vec::new(),
            refused_forms: Vec::new(),
        };
        let why = format!("it has an output of {program}");
        self.recognized(made, &SENDERS, EmbeddedIn::Part(program), why)
    }
}

fn is_true(text: &str) -> bool {
    ["on", "true", "yes"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

/// Settings that mean what a native key means.
fn copied<'d>(
    builder: &mut TranslationBuilder,
    from: Node<'d>,
    names: &[(&str, &'static str)],
) -> Vec<TranslationEntry<'d>> {
    let found = names.iter().filter_map(|&(own, native)| {
        let node = from.get(own)?;
        Some((native, node, builder.copy(node)?))
    });
    found.collect()
}

/// Headers of Fluent Bit, `NAME VALUE` each; a credential among them is a section.
fn headers_of_fluent<'d>(
    builder: &mut TranslationBuilder,
    output: Node<'d>,
) -> Vec<TranslationEntry<'d>> {
    let entries = output.mapping().into_iter().flat_map(Mapping::written);
    let set = entries
        .filter(|entry| entry.name() == "header")
        .map(|entry| entry.value);
    let lines = set.flat_map(|node| node.scalar().map(|_| node).into_iter().chain(node.items()));
    let mut out = Vec::new();
    let mut pairs = Vec::new();
    for node in lines {
        let Some((name, value)) = node.as_str().and_then(|line| line.split_once(' ')) else {
            continue;
        };
        if name.eq_ignore_ascii_case("authorization") {
            out.extend(authorization_of_fluent(builder, node, value));
        } else {
            pairs.push((builder.scalar(node, name), builder.scalar(node, value)));
        }
    }
    if let Some(first) = output.get("header").filter(|_| !pairs.is_empty()) {
        out.push(("headers", first, builder.mapping(first, &pairs)));
    }
    out
}

/// The section for a header `Authorization`. A user name is in the same text as its password; without a
/// scheme it is not known what the server is asked to take.
fn authorization_of_fluent<'d>(
    builder: &mut TranslationBuilder,
    node: Node<'d>,
    value: &str,
) -> Option<TranslationEntry<'d>> {
    let (scheme, token) = value.split_once(' ').unwrap_or((SELECTED, value));
    let scalar = node.scalar()?;
    let span = scalar.part(scalar.text.len() - token.len(), scalar.text.len());
    let (native, first, last) = match scheme.eq_ignore_ascii_case("basic") {
        true => ("basic_auth", ("username", SELECTED), "password"),
        false => ("authorization", ("type", scheme), "credentials"),
    };
    let pairs = [
        (builder.scalar(node, first.0), builder.scalar(node, first.1)),
        (builder.scalar(node, last), builder.part(node, span, token)),
    ];
    Some((native, node, builder.mapping(node, &pairs)))
}

/// What is reported where Telegraf compresses what the format compresses already
/// (`plugins/serializers/prometheusremotewrite/prometheusremotewrite.go`, `Serialize`).
fn compressed_twice(output: Node<'_>) -> Option<Finding> {
    let node = output.get("content_encoding")?;
    let text = node.as_str()?;
    if text.contains(['$', '{']) || matches!(text, "" | "identity") {
        return None;
    }
    let message = format!(
        "`content_encoding`: the format compresses with snappy already, so with `{text}` the receiver rejects every request"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Warning, node, message);
    Some(finding.help(Advice::remove(node.span()).unsafe_()))
}

/// Names and ports of VictoriaMetrics, vmagent and vminsert, which read none of the headers but
/// `Content-Encoding: zstd` (VictoriaMetrics `app/vminsert/promremotewrite/request_handler.go`).
const LENIENT: &[&str] = &[
    "victoria", "vmagent", "vminsert", "vmsingle", ":8428", ":8429", ":8480",
];

/// What is reported about an output of Telegraf without the headers of remote write.
fn without_headers(output: Node<'_>) -> Option<Finding> {
    let url = output.get("url").and_then(Node::as_str).unwrap_or_default();
    if LENIENT.iter().any(|word| url.contains(word)) {
        return None;
    }
    let headers = output.get("headers").and_then(Node::mapping);
    let has = |wanted: &str| {
        let mut all = headers.into_iter().flat_map(Mapping::entries);
        all.any(|entry| entry.name().eq_ignore_ascii_case(wanted))
    };
    let missing = HEADERS.iter().find(|name| !has(name))?;
    let format = output.get("data_format")?;
    let message = format!(
        "`headers`: `{missing}` is missing, which Telegraf does not set: the receiver rejects every sample"
    );
    let finding = found(rule::AGENTS_PIPELINE, Severity::Warning, format, message);
    Some(finding.help(
        "set `Content-Type = \"application/x-protobuf\"`, `Content-Encoding = \"snappy\"` and `X-Prometheus-Remote-Write-Version = \"0.1.0\"`",
    ))
}
