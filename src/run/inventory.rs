//! What is known of each endpoint, gathered for the inventory.

use super::programs;
use crate::facts::receiver::{
    Credential, ReceiverCandidate, ReceiverCertainty, Recognition, TenantPlace, parts,
};
use crate::facts::{self, Requester};
use crate::finding::{Evidence, Redacted};
use crate::prometheus;
use crate::prometheus::endpoint::{Endpoint, UrlPiece};
use crate::report::inventory::{Figures, InventoryRow, Proof, RowHop, RowTls, Verification};
use crate::rules::{Configuration, RemoteWriteEntry};
use crate::schema::dialect::SELECTED;
use crate::yaml::{Node, placeholder};

/// The header by which Cortex, Mimir and receivers like them tell tenants apart.
const TENANT_HEADER: &str = "X-Scope-OrgID";

/// The rows of a configuration, without what the findings say.
pub(crate) fn rows(configuration: &Configuration<'_>) -> Vec<InventoryRow> {
    let shown = configuration.config.root().node().document().text().path();
    let is_named = configuration.folder.is_some() || configuration.holder.is_some();
    let standpoint = is_named.then(|| {
        let holder = configuration.holder;
        Requester::new(configuration.facts, shown, holder)
    });
    let entries = configuration.entries.iter();
    let program = programs::program(configuration.holder);
    let rows = entries.map(|entry| InventoryRow {
        program,
        ..row(entry, standpoint.as_ref())
    });
    rows.collect()
}

fn row(entry: &RemoteWriteEntry<'_>, standpoint: Option<&Requester<'_>>) -> InventoryRow {
    let node = entry.write.node();
    let endpoint = entry.url().map(|url| &url.endpoint);
    let way = standpoint.zip(endpoint);
    let way = way.map_or_else(Vec::new, |(from, endpoint)| from.way(endpoint));
    let recognition = entry.sound_url().map(|url| &url.recognition);
    let by_way = by_way(entry, &way);
    let candidates = by_way.as_ref().or(recognition);
    let candidates = candidates.map_or(&[][..], |recognition| recognition.decisive());
    let mut receivers: Vec<String> = candidates
        .iter()
        .map(|candidate| candidate.profile.short.to_string())
        .collect();
    receivers.dedup();
    let (tenant_in, tenant) = tenant(entry, candidates.first());
    InventoryRow {
        place: entry.write.url().unwrap_or(node).place(),
        entry: node.place(),
        logical: node.path(),
        name: entry.write.get("name").and_then(text),
        program: None,
        receivers,
        known_by: candidates
            .first()
            .map(|candidate| sign(candidate.certainty)),
        certain: candidates
            .first()
            .is_some_and(|first| first.certainty.is_certain()),
        tenant,
        tenant_in,
        host: endpoint.and_then(|endpoint| {
            let authority = endpoint.authority()?;
            Some(endpoint.slice(authority).to_owned())
        }),
        sender: standpoint.and_then(|from| from.sender(node)).map(hop),
        way: way.into_iter().map(hop).collect(),
        credentials: credentials(entry),
        tls: tls(entry),
        dropped: dropped(entry),
        owners: Vec::new(),
        findings: Figures::default(),
        unchecked: Vec::new(),
    }
}

/// Who an endpoint is meant for by the image at the end of its way, where its URL alone tells less.
fn by_way<'a>(entry: &'a RemoteWriteEntry<'_>, way: &[facts::Hop]) -> Option<Recognition<'a>> {
    let url = entry.sound_url()?;
    let image = way.last()?.image.as_ref()?;
    let first = url.recognition.decisive().first();
    let is_settled = first.is_some_and(|first| first.certainty.is_certain());
    (!is_settled).then(|| entry.facts.recognize_by(&url.endpoint, Some(image)))
}

/// A hop, without the secrets of its own file: those of one file say nothing of another one's names.
fn hop(hop: facts::Hop) -> RowHop {
    let place = &hop.proof.place;
    RowHop {
        kind: hop.kind.word(),
        name: Redacted::sentence(place, hop.name).to_string(),
        proof: Evidence {
            message: Redacted::sentence(place, hop.proof.message).to_string(),
            place: place.clone(),
        },
    }
}

/// How a receiver is known, in a word or two.
fn sign(certainty: ReceiverCertainty) -> &'static str {
    match certainty {
        ReceiverCertainty::Policy => "policy",
        ReceiverCertainty::Image => "image",
        ReceiverCertainty::Host => "host",
        ReceiverCertainty::PathAndHost => "host and path",
        ReceiverCertainty::WordAndPath => "name and path",
        ReceiverCertainty::Word => "name in host",
        ReceiverCertainty::PathOnly => "path",
        ReceiverCertainty::Port => "port",
    }
}

/// Where the tenant or account is named, and its name.
fn tenant(
    entry: &RemoteWriteEntry<'_>,
    candidate: Option<&ReceiverCandidate<'_>>,
) -> (Option<String>, Option<String>) {
    let by_header = |name: &str| {
        let header = header(entry, name)?;
        Some((format!("header {}", header.0), header.1))
    };
    let endpoint = entry.sound_url().map(|url| &url.endpoint);
    let known = candidate.zip(endpoint).and_then(|(candidate, endpoint)| {
        let tenant = &candidate.profile.tenant;
        let name = &*tenant.name;
        let part = |place: &str| {
            let mut parts = parts(endpoint, candidate).into_iter();
            let (_, range) = parts.find(|(part, _)| part == name)?;
            let value = endpoint.text().get(range)?.to_owned();
            Some((place.to_owned(), value))
        };
        match tenant.place {
            TenantPlace::Host => part("host"),
            TenantPlace::Path => part("path"),
            TenantPlace::Header => by_header(name),
            TenantPlace::Query => {
                let value = endpoint.parameter(name)?.value?;
                let secret = is_secret(endpoint, value);
                (!secret).then(|| (format!("query {name}"), endpoint.slice(value).to_owned()))
            }
            TenantPlace::Username => {
                let user = entry
                    .write
                    .get("basic_auth")?
                    .get("username")
                    .and_then(text)?;
                // A key of a Secret is not known.
                (user != SELECTED).then(|| ("user name".to_owned(), user))
            }
            TenantPlace::Token | TenantPlace::None => None,
        }
    });
    match known.or_else(|| by_header(TENANT_HEADER)) {
        Some((place, name)) => (Some(place), Some(name)),
        None => {
            let by_token = |candidate: &ReceiverCandidate<'_>| {
                candidate.profile.tenant.place == TenantPlace::Token
            };
            let by_token = candidate.is_some_and(by_token);
            (by_token.then(|| "credential".to_owned()), None)
        }
    }
}

/// The name and the value of a header that is not a secret.
fn header(entry: &RemoteWriteEntry<'_>, name: &str) -> Option<(String, String)> {
    let headers = entry.write.headers().into_iter();
    let mut same = headers.filter(|header| header.name.eq_ignore_ascii_case(name));
    let header = same.find(|header| !entry.is_secret_header(header.name))?;
    let values = header.value.get("values").into_iter().flat_map(Node::items);
    let value = text(header.value).or_else(|| values.filter_map(text).next())?;
    Some((header.name.to_owned(), value))
}

fn is_secret(endpoint: &Endpoint, value: UrlPiece) -> bool {
    let mut secrets = endpoint.secret_parameters();
    secrets.any(|parameter| parameter.value == Some(value))
}

/// How an endpoint proves who it is, without any value.
fn credentials(entry: &RemoteWriteEntry<'_>) -> Vec<Proof> {
    let client = entry.credentials().into_iter().map(|credential| Proof {
        kind: kind(&credential),
        source: source(credential.key.as_str().unwrap_or(""), credential.value),
    });
    let headers = entry.write.headers().into_iter();
    let headers = headers.filter(|header| entry.is_secret_header(header.name));
    let headers = headers.map(|header| Proof {
        kind: format!("header {}", header.name),
        source: source(header.name, header.value),
    });
    client.chain(headers).chain(in_url(entry)).collect()
}

fn kind(credential: &prometheus::ClientCredential<'_>) -> String {
    let words = Credential::from(credential.kind).words();
    words.strip_prefix("a ").unwrap_or(&words).to_owned()
}

fn in_url(entry: &RemoteWriteEntry<'_>) -> Vec<Proof> {
    let Some(endpoint) = entry.url().map(|url| &url.endpoint) else {
        return Vec::new();
    };
    let user = endpoint.userinfo().filter(|piece| !piece.is_empty());
    let user = user.map(|piece| ("user in the URL".to_owned(), piece));
    let parameters = endpoint.secret_parameters().filter_map(|parameter| {
        let name = endpoint.slice(parameter.name);
        Some((format!("query parameter {name}"), parameter.value?))
    });
    user.into_iter()
        .chain(parameters)
        .map(|(kind, piece)| Proof {
            kind,
            source: written(endpoint.slice(piece)),
        })
        .collect()
}

/// Where a setting takes its secret from.
#[derive(Clone, Copy)]
enum SecretSource {
    /// The file that it names.
    File,
    /// Its own value.
    Here,
    /// What these words say.
    Words(&'static str),
}

/// Settings that say where a secret is from, those that Prometheus prefers first.
const SOURCES: &[(&str, SecretSource)] = &[
    ("bearer_token_file", SecretSource::File),
    ("bearer_token", SecretSource::Here),
    ("credentials_file", SecretSource::File),
    ("credentials_ref", SecretSource::Words("secret manager")),
    ("credentials", SecretSource::Here),
    ("password_file", SecretSource::File),
    ("password_ref", SecretSource::Words("secret manager")),
    ("password", SecretSource::Here),
    ("client_secret_file", SecretSource::File),
    ("client_secret_ref", SecretSource::Words("secret manager")),
    ("client_secret", SecretSource::Here),
    ("client_certificate_key_file", SecretSource::File),
    ("client_certificate_key", SecretSource::Here),
    ("secret_key", SecretSource::Here),
    ("profile", SecretSource::Words("AWS profile")),
    ("managed_identity", SecretSource::Words("managed identity")),
    (
        "workload_identity",
        SecretSource::Words("workload identity"),
    ),
    ("oauth", SecretSource::Words("written here")),
    ("cert_file", SecretSource::File),
    ("cert_ref", SecretSource::Words("secret manager")),
    ("cert", SecretSource::Here),
    ("files", SecretSource::File),
    ("secrets", SecretSource::Here),
    ("values", SecretSource::Here),
];

/// Where a credential is from: by its own key, or by the keys in its section.
fn source(key: &str, value: Node<'_>) -> String {
    let found = SOURCES.iter().find_map(|&(name, source)| {
        let node = match value.mapping() {
            Some(section) => section.get(name)?,
            None => (name == key).then_some(value)?,
        };
        let node = node.items().next().unwrap_or(node);
        Some((source, node))
    });
    match found {
        Some((SecretSource::File, node)) => format!("file {}", text(node).unwrap_or_default()),
        Some((SecretSource::Here, node)) => written(&text(node).unwrap_or_default()),
        Some((SecretSource::Words(words), _)) => words.to_owned(),
        None if value.mapping().is_some() => "none given, so the surroundings decide".to_owned(),
        None => written(&text(value).unwrap_or_default()),
    }
}

/// What stands for a value that is written down.
fn written(value: &str) -> String {
    if value == SELECTED {
        "a key of a Secret".to_owned()
    } else if placeholder::find(value).next().is_some() {
        "filled in by a template".to_owned()
    } else {
        "written here".to_owned()
    }
}

fn tls(entry: &RemoteWriteEntry<'_>) -> RowTls {
    let settings = entry.write.http().tls();
    let endpoint = entry.url().map(|url| &url.endpoint);
    let scheme = endpoint.and_then(Endpoint::scheme_name);
    let skips = settings.is_some_and(|tls| tls.skips_verification().is_some());
    let verification = match scheme.as_deref() {
        Some("http") => Verification::Plain,
        _ if skips => Verification::Skipped,
        Some("https") => Verification::Verified,
        _ => Verification::Unknown,
    };
    let file = entry.ca_file().and_then(text);
    let inline = || settings?.get("ca").map(|_| "written here".to_owned());
    let ca = file.map(|path| format!("file {path}")).or_else(inline);
    let plain = verification == Verification::Plain;
    let known = if plain { None } else { entry.issuer() };
    let (issuer, evidence): (_, Vec<Evidence>) = match known {
        Some(known) => (Some(known.issuer.word().to_owned()), known.evidence),
        None => (None, Vec::new()),
    };
    RowTls {
        verification,
        ca: ca.filter(|_| !plain),
        issuer,
        evidence,
    }
}

/// What `write_relabel_configs` drop, in words: `drops __name__ =~ go_.*`.
fn dropped(entry: &RemoteWriteEntry<'_>) -> Vec<String> {
    let list = entry.write.get("write_relabel_configs");
    let rules = list.into_iter().flat_map(Node::items);
    rules.filter_map(drop_rule).collect()
}

/// What one relabeling drops. The defaults are those of Prometheus: action `replace`, separator
/// `;`, regex `(.*)`.
fn drop_rule(rule: Node<'_>) -> Option<String> {
    let value = |key: &str| rule.get(key).and_then(text);
    let labels: Vec<String> = rule
        .get("source_labels")
        .into_iter()
        .flat_map(Node::items)
        .filter_map(text)
        .collect();
    let labels = labels.join(&value("separator").unwrap_or_else(|| ";".into()));
    let regex = value("regex").unwrap_or_else(|| "(.*)".into());
    let target = value("target_label").unwrap_or_default();
    Some(match value("action")?.to_ascii_lowercase().as_str() {
        "drop" => format!("drops {labels} =~ {regex}"),
        "keep" => format!("keeps only {labels} =~ {regex}"),
        "dropequal" => format!("drops {labels} == {target}"),
        "keepequal" => format!("keeps only {labels} == {target}"),
        "labeldrop" => format!("drops labels {regex}"),
        "labelkeep" => format!("keeps only labels {regex}"),
        _ => return None,
    })
}

fn text(node: Node<'_>) -> Option<String> {
    node.as_str().map(str::to_owned)
}
