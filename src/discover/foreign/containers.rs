//! Containers of other programs that are told by their command line or environment where to send.

use super::{EmbeddedIn, Finder, RecognizedFile, flags, found};
use crate::discover::program;
use crate::finding::{Finding, Severity, rule};
use crate::schema::dialect::{KeySpelling, SELECTED, SENDERS, Translation};
use crate::yaml::{Node, Scalar, TranslatedNode, TranslationBuilder, TranslationEntry};

/// The variable that tells k6 where to send (grafana/xk6-output-prometheus-remote
/// `pkg/remotewrite/config.go`).
const K6: &str = "K6_PROMETHEUS_RW_SERVER_URL";
const K6_BEARER: &str = "K6_PROMETHEUS_RW_BEARER_TOKEN";
const K6_HEADERS: &str = "K6_PROMETHEUS_RW_HTTP_HEADERS";

/// The header `Authorization` in a variable of its own; the list of headers wins over it (the same file).
const K6_HEADER: &[&str] = &[
    "K6_PROMETHEUS_RW_HEADERS_Authorization",
    "K6_PROMETHEUS_RW_HEADERS_AUTHORIZATION",
    "K6_PROMETHEUS_RW_HEADERS_authorization",
];

/// Its variables, and the native keys of an entry that they stand for.
const VARIABLES: &[(&str, &str)] = &[
    (K6, "url"),
    (K6_BEARER, "authorization.credentials"),
    (
        "K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY",
        "tls_config.insecure_skip_verify",
    ),
    ("K6_PROMETHEUS_RW_PASSWORD", "basic_auth.password"),
    ("K6_PROMETHEUS_RW_SIGV4_ACCESS_KEY", "sigv4.access_key"),
    ("K6_PROMETHEUS_RW_SIGV4_REGION", "sigv4.region"),
    ("K6_PROMETHEUS_RW_SIGV4_SECRET_KEY", "sigv4.secret_key"),
    ("K6_PROMETHEUS_RW_USERNAME", "basic_auth.username"),
];

impl<'d> Finder<'d> {
    /// What the containers of a compose file or a manifest send.
    pub(super) fn containers(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        for container in flags::all_containers(root) {
            for key in ["environment", "env"] {
                let Some(set) = container.get(key) else {
                    continue;
                };
                let more = match output_of(container, set) {
                    K6Output::Other => continue,
                    K6Output::None => variable(set, K6).map(|(node, ..)| without_output(node)),
                    K6Output::Open => None,
                };
                let more = more.or_else(|| test_run_without_output(root, set));
                out.extend(self.k6(set, more.into_iter().collect()));
            }
            self.thanos_rule(container, out);
        }
        for set in environments(root) {
            out.extend(self.k6(set, Vec::new()));
        }
    }

    /// The one endpoint of k6, with what its variables say of it.
    fn k6(&self, set: Node<'d>, findings: Vec<Finding>) -> Option<RecognizedFile> {
        let (node, ..) = variable(set, K6)?;
        let mut builder = TranslationBuilder::new(self.document);
        let mut spelling = KeySpelling::default();
        let is_bearer = variable(set, K6_BEARER).is_some();
        let mut items: Vec<TranslationEntry<'d>> = Vec::new();
        for &(name, native) in VARIABLES {
            let Some((node, scalar, from)) = variable(set, name) else {
                continue;
            };
            // A token wins over a password (`pkg/remotewrite/config.go`).
            if is_bearer && native.starts_with("basic_auth.") {
                continue;
            }
            let text = scalar.text.get(from..).unwrap_or("");
            let value = builder.part(node, scalar.part(from, scalar.text.len()), text);
            items.push((native, node, value));
            spelling.add(native, name);
        }
        let is_basic = variable(set, "K6_PROMETHEUS_RW_USERNAME").is_some();
        if let Some((node, token, name)) = k6_authorization(&mut builder, set)
            && !is_bearer
            && !is_basic
        {
            let native = match is_basic_header(set, name) {
                true => "basic_auth.password",
                false => "authorization.credentials",
            };
            items.push((native, node, token));
            spelling.add(native, name);
        }
        // The rest of the variables may be set elsewhere.
        let has = |wanted: &str| items.iter().any(|(native, ..)| *native == wanted);
        if has("basic_auth.password") && !has("basic_auth.username") {
            let user = builder.scalar(node, SELECTED);
            items.push(("basic_auth.username", node, user));
        }
        let pairs = builder.assemble(node, items);
        let entry = builder.mapping(node, &pairs);
        let list = builder.sequence(node, &[entry]);
        let key = builder.scalar(node, "remote_write");
        let root = builder.mapping(node, &[(key, list)]);
        let found = Translation {
            document: builder.finish(root),
            findings,
            spelling,
            references: Vec::new(),
            refused_forms: Vec::new(),
        };
        let why = format!("it has the variable {K6}");
        let finder = self.partly(true);
        Some(finder.recognized(found, &SENDERS, EmbeddedIn::Part(program::K6), why))
    }
}

/// The token in the header `Authorization` of k6, and the variable that has it.
fn k6_authorization<'d>(
    builder: &mut TranslationBuilder,
    set: Node<'d>,
) -> Option<(Node<'d>, TranslatedNode, &'static str)> {
    if let Some((node, scalar, range)) = in_headers(set) {
        let text = scalar.text.get(range.clone())?;
        let token = builder.part(node, scalar.part(range.start, range.end), text);
        return Some((node, token, K6_HEADERS));
    }
    K6_HEADER.iter().find_map(|&name| {
        let (node, scalar, from) = variable(set, name)?;
        let token = scalar.text.get(from..)?.rsplit(' ').next()?;
        let end = scalar.text.len();
        let span = scalar.part(end - token.len(), end);
        Some((node, builder.part(node, span, token), name))
    })
}

/// Whether the header has a user name and a password in one text.
fn is_basic_header(set: Node<'_>, name: &str) -> bool {
    let text = variable(set, name).and_then(|(_, scalar, from)| scalar.text.get(from..));
    text.is_some_and(|text| text.to_ascii_lowercase().contains("basic "))
}

/// Where the token is among the headers of k6, `NAME:VALUE` with commas between them.
fn in_headers<'d>(set: Node<'d>) -> Option<(Node<'d>, Scalar<'d>, std::ops::Range<usize>)> {
    let (node, scalar, from) = variable(set, K6_HEADERS)?;
    let mut at = from;
    for header in scalar.text.get(from..)?.split(',') {
        let end = at + header.len();
        let (name, value) = header.split_once(':').unwrap_or_default();
        if name.trim().eq_ignore_ascii_case("authorization") {
            let token = value.trim().rsplit(' ').next()?;
            let begin = end - (header.len() - header.trim_end().len()) - token.len();
            return Some((node, scalar, begin..begin + token.len()));
        }
        at = end + 1;
    }
    None
}

/// The variables of a workflow of GitHub, of its jobs and of their steps.
fn environments(root: Node<'_>) -> Vec<Node<'_>> {
    let jobs = root.get("jobs").and_then(Node::mapping);
    let Some(jobs) = jobs else {
        return Vec::new();
    };
    let mut out: Vec<Node<'_>> = root.get("env").into_iter().collect();
    for job in jobs.entries() {
        let steps = job.value.get("steps").into_iter().flat_map(Node::items);
        let parts = std::iter::once(job.value).chain(steps);
        out.extend(parts.filter_map(|part| part.get("env")));
    }
    out
}

/// What a container of k6 writes to.
enum K6Output {
    /// Nothing chooses one.
    None,
    /// Only others than remote write.
    Other,
    /// Remote write, or what is not known.
    Open,
}

/// The flags that choose an output of k6, and where its settings are.
const K6_OUTPUT: &[&str] = &["-o", "--out"];
const K6_CONFIG: &[&str] = &["-c", "--config"];

/// What the flag, its variable and the file of settings choose (grafana/k6 `internal/cmd/outputs.go`).
fn output_of(container: Node<'_>, set: Node<'_>) -> K6Output {
    let image = container.get("image").and_then(Node::as_str);
    let is_k6 = image.is_some_and(|image| flags::is_name_of(image, "k6"));
    let command = container
        .get("command")
        .filter(|_| container.get("entrypoint").is_none());
    let Some(command) = command.filter(|_| is_k6 && variable(set, "K6_OUT").is_none()) else {
        return K6Output::Open;
    };
    let texts = command.scalar().map(|_| command).into_iter();
    let texts = texts.chain(command.items()).filter_map(Node::as_str);
    let mut words = texts.flat_map(str::split_whitespace).peekable();
    words.next_if(|word| flags::is_name_of(word, "k6"));
    let is_open = container.get("env_file").is_some() || container.get("extends").is_some();
    if words.next() != Some("run") || is_open {
        return K6Output::Open;
    }
    let mut output = K6Output::None;
    while let Some(word) = words.next() {
        if word.contains(['$', '{']) || K6_CONFIG.iter().any(|flag| word.starts_with(flag)) {
            return K6Output::Open;
        }
        let Some(rest) = K6_OUTPUT.iter().find_map(|flag| word.strip_prefix(flag)) else {
            continue;
        };
        let name = match rest.trim_start_matches('=') {
            "" => words.next().unwrap_or(""),
            name => name,
        };
        if name.contains("prometheus") || name.contains(['$', '{']) {
            return K6Output::Open;
        }
        output = K6Output::Other;
    }
    output
}

/// The same for a test that the operator of k6 runs, whose flags are in `arguments`
/// (grafana/k6-operator `api/v1alpha1/testrun_types.go`).
fn test_run_without_output(root: Node<'_>, set: Node<'_>) -> Option<Finding> {
    let kind = root.get("kind").and_then(Node::as_str);
    if !matches!(kind, Some("TestRun" | "K6")) || variable(set, "K6_OUT").is_some() {
        return None;
    }
    let spec = root.get("spec")?;
    let arguments = match spec.get("arguments") {
        Some(node) => node.as_str()?,
        None => "",
    };
    let is_open = arguments.contains(['$', '{'])
        || spec
            .get("runner")
            .and_then(|runner| runner.get("envFrom"))
            .is_some();
    let mut words = arguments.split_whitespace();
    let is_chosen = words.any(|word| {
        let mut flags = K6_OUTPUT.iter().chain(K6_CONFIG);
        flags.any(|flag| word.starts_with(flag))
    });
    if is_open || is_chosen {
        return None;
    }
    let (node, ..) = variable(set, K6)?;
    let message = "`K6_PROMETHEUS_RW_SERVER_URL`: `arguments` has no `-o experimental-prometheus-rw`, so k6 sends nothing";
    let finding = found(rule::AGENTS_PIPELINE, Severity::Warning, node, message);
    Some(finding.help("add `-o experimental-prometheus-rw` to `arguments`"))
}

/// What is reported about a run of k6 that has an endpoint and no output to it.
fn without_output(url: Node<'_>) -> Finding {
    let message = "`K6_PROMETHEUS_RW_SERVER_URL`: k6 is run without `-o experimental-prometheus-rw`, so it sends nothing";
    let finding = found(rule::AGENTS_PIPELINE, Severity::Warning, url, message);
    finding.help("add `-o experimental-prometheus-rw` to the command, or set `K6_OUT`")
}

/// A variable in an environment: its node, and where the value begins in that.
fn variable<'d>(set: Node<'d>, name: &str) -> Option<(Node<'d>, Scalar<'d>, usize)> {
    if let Some(map) = set.mapping() {
        let node = map.entry(name)?.value;
        return Some((node, node.scalar()?, 0));
    }
    set.items().find_map(|item| match item.scalar() {
        Some(scalar) => {
            let value = scalar.text.strip_prefix(name)?.strip_prefix('=')?;
            Some((item, scalar, scalar.text.len() - value.len()))
        }
        None => {
            let is_it = item.get("name").and_then(Node::as_str) == Some(name);
            let node = item.get("value").filter(|_| is_it)?;
            Some((node, node.scalar()?, 0))
        }
    })
}
