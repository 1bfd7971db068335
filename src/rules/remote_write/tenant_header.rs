//! `remote-write/tenant-header`: the header that names the tenant is missing, can't be a tenant's
//! name, or the receiver does not read it.

use std::sync::Arc;

use crate::discover::EmbeddedIn;
use crate::facts::receiver::{Credential, MustBeGiven, names_tenant};
use crate::facts::{KnownSetting, ReceiverRequirements, ReceiverSettings, TenantFlag};
use crate::finding::{Advice, Severity, Text};
use crate::prometheus::endpoint::Endpoint;
use crate::prometheus::{Config, Header, RemoteWrite};
use crate::rules::{RemoteWriteEntry, RuleFindings};
use crate::yaml::Node;

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(demand) = entry.right_url().and_then(|_| entry.demand()) else {
        return;
    };
    let headers = entry.write.headers();
    if let Some(flag) = tenant_flag(entry, &headers, &demand) {
        not_the_named(&headers, &demand, flag, out);
        return;
    }
    let mut ignored = false;
    for header in &headers {
        ignored |= is_ignored(header, &demand, out) || is_misspelled(header, &demand, out);
        malformed(header, &demand, out);
    }
    if !ignored {
        missing(entry, &headers, &demand, out);
    }
}

/// What the receiver's own command line says of the header.
fn tenant_flag(
    entry: &RemoteWriteEntry<'_>,
    headers: &[Header<'_>],
    demand: &ReceiverRequirements<'_, '_>,
) -> Option<TenantFlag> {
    let url = entry.right_url().filter(|_| demand.is_thanos())?;
    let written: Vec<_> = headers.iter().map(|header| header.name).collect();
    entry.facts.tenant_flag(&url.answering, &written)
}

/// Reports headers that name a tenant for other receivers, where the receiver's command line names
/// the header that it reads.
fn not_the_named(
    headers: &[Header<'_>],
    demand: &ReceiverRequirements<'_, '_>,
    flag: TenantFlag,
    out: &mut RuleFindings<'_>,
) {
    let TenantFlag::Names(name, evidence) = flag else {
        return;
    };
    if headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case(&name))
    {
        return;
    }
    let bare = name.trim_matches(['"', '\'']);
    let is_meant =
        |header: &&Header<'_>| names_tenant(header.name) || header.name.eq_ignore_ascii_case(bare);
    for header in headers.iter().filter(is_meant) {
        let message = format!(
            "`{}` does not set the tenant: {} reads it from `{name}`",
            header.name,
            demand.name()
        );
        let mut finding = out.at(header.key, Severity::Warning, message).kind("other");
        finding.evidence.push(evidence.clone());
        out.push(finding.help(help_for(&name)));
    }
}

fn help_for(name: &str) -> String {
    match name.contains('"') {
        // Where no shell takes the quotes away, they belong to the name.
        true => {
            format!("remove the quotes from the receiver's flag, or set the tenant in `{name}`")
        }
        false => format!("set the tenant in `{name}` instead"),
    }
}

/// Reports a header that names a tenant for other receivers.
fn is_ignored(
    header: &Header<'_>,
    demand: &ReceiverRequirements<'_, '_>,
    out: &mut RuleFindings<'_>,
) -> bool {
    let Some(why) = demand
        .ignores_tenant_header(header.name)
        .filter(|_| demand.is_named())
    else {
        return false;
    };
    let message = format!("`{}` does not set the tenant here: {why}", header.name);
    let help = match demand.tenant_header() {
        Some(tenant) => Advice::rename(header.key.span(), &*tenant.name)
            .text(format!("set the tenant in `{}`", tenant.name))
            .unsafe_(),
        None => Advice::remove(header.key.span())
            .text("remove it, and make sure that the samples go to the right tenant")
            .unsafe_(),
    };
    out.push(
        out.at(header.key, Severity::Warning, message)
            .kind("ignored")
            .help(help),
    );
    true
}

/// Reports a header whose name is nearly that of the header that the receiver reads, such as
/// `X-Org-ID` for `X-Scope-OrgID`. A gateway may read it, unless it is only misspelled.
fn is_misspelled(
    header: &Header<'_>,
    demand: &ReceiverRequirements<'_, '_>,
    out: &mut RuleFindings<'_>,
) -> bool {
    let Some(tenant) = demand.tenant_header().filter(|_| demand.is_named()) else {
        return false;
    };
    if header.name.eq_ignore_ascii_case(&tenant.name) {
        return false;
    }
    let (wanted, written) = (
        bare_header_name(&tenant.name),
        bare_header_name(header.name),
    );
    let severity = match strsim::osa_distance(&wanted, &written) {
        0..=MOST_EDITS => Severity::Warning,
        _ if is_part(&written, &wanted) || is_part(&wanted, &written) => Severity::Info,
        _ => return false,
    };
    let name = demand.name();
    let message = format!(
        "`{}` does not set the tenant: {name} reads it from `{}`",
        header.name, tenant.name
    );
    let rename = Advice::rename(header.key.span(), &*tenant.name);
    let rename = rename.text(format!("write `{}`", tenant.name));
    let finding = out.at(header.key, severity, message).kind("name");
    out.push(finding.help(match severity {
        Severity::Warning => rename.safe(),
        _ => rename.unsafe_(),
    }));
    true
}

/// The edits that make a slip of a header's name: the shortest such name, `TENANT`, has six letters.
const MOST_EDITS: usize = 2;

/// The letters of a header's name, without regard to case and dashes.
fn bare_header_name(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether the letters of a name are among those of another, in their order: `xorgid` in
/// `xscopeorgid`. Fewer than five letters are in many names.
fn is_part(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.len() > 4 && part.chars().all(|letter| rest.any(|other| other == letter))
}

fn malformed(
    header: &Header<'_>,
    demand: &ReceiverRequirements<'_, '_>,
    out: &mut RuleFindings<'_>,
) {
    let Some(tenant) = demand
        .tenant_header()
        .filter(|tenant| tenant.name.eq_ignore_ascii_case(header.name) && demand.is_named())
    else {
        return;
    };
    if header.value.as_str() == Some("") {
        let name = demand.name();
        let message = match demand.is_thanos() {
            // `pkg/tenancy/tenancy.go`, `GetTenantFromHTTP`.
            true => format!(
                "`{}` is empty, so {name} stores the samples for its default tenant",
                header.name
            ),
            false => format!(
                "`{}` is empty, so {name} rejects every sample, unless tenants are switched off there",
                header.name
            ),
        };
        let finding = out.at(header.value, Severity::Warning, message);
        return out.push(finding.kind("empty").help("write the name of the tenant"));
    }
    let wrong = header
        .value
        .as_str()
        .is_some_and(|name| Endpoint::new(name).placeholders().is_empty() && !tenant.takes(name));
    if !wrong {
        return;
    }
    let message = format!(
        "`{}`: not a valid tenant name in {}: every sample is rejected and dropped",
        header.name,
        demand.name()
    );
    out.push(
        out.at(header.value, certainty(demand), message)
            .kind("malformed")
            .help("write the name of one tenant, without spaces or slashes"),
    );
}

fn missing(
    entry: &RemoteWriteEntry<'_>,
    headers: &[Header<'_>],
    demand: &ReceiverRequirements<'_, '_>,
    out: &mut RuleFindings<'_>,
) {
    let Some(url) = entry.right_url().filter(|_| !is_added(entry)) else {
        return;
    };
    if let Some(settings) = behind(entry) {
        let wants = settings.tenants.as_ref().filter(|wants| wants.value);
        let name = settings.tenant_header.as_deref();
        let lacking = name.filter(|name| !has_header(headers, name));
        if let (Some(wants), Some(name)) = (wants, lacking) {
            not_to_one_tenant(entry, &settings, wants, name, Severity::Warning, out);
        }
        return;
    }
    let Some(tenant) = demand.tenant_header() else {
        return;
    };
    if let Some(reason) = set_elsewhere(entry, &tenant.name) {
        return out.unchecked(url.node, reason, None);
    }
    // A header that is the credential is missed as a credential.
    let is_credential = demand.takes(&Credential::Header(tenant.name.clone()));
    if has_header(headers, &tenant.name) || is_credential {
        return;
    }
    let name = demand.name();
    let settings = entry.settings();
    let set = settings.and_then(|settings| Some((settings, settings.tenants.as_ref()?)));
    if let Some((settings, wants)) = set {
        if wants.value {
            // By default it has several tenants, unless a file that is not in the tree says otherwise.
            let is_sure = wants.place.is_some() || settings.has_file;
            let is_written = !entry.templated || has_all_arguments(entry);
            let severity = match is_sure && is_written {
                true => Severity::Error,
                false => Severity::Warning,
            };
            not_to_one_tenant(entry, settings, wants, &tenant.name, severity, out);
        }
        return;
    }
    let (severity, message) = match tenant.required {
        MustBeGiven::Yes => (
            certainty(demand),
            format!(
                "`{}` is not set: {name} does not know the tenant, and every sample is rejected and \
                 dropped",
                tenant.name
            ),
        ),
        // A credential is for a gateway in front, which sets the tenant by it.
        MustBeGiven::Depends if demand.is_named() && entry.sent_credentials().is_empty() => (
            Severity::Info,
            format!(
                "`{}` is not set: unless a gateway sets the header, {name} rejects every sample or \
                 stores it for a default tenant",
                tenant.name
            ),
        ),
        _ => return,
    };
    let kind = match tenant.required {
        MustBeGiven::Yes => "missing",
        _ => "not-set",
    };
    let finding = out.at(url.node, severity, message).kind(kind);
    out.push(finding.help(to_add(entry, &tenant.name)));
}

/// The holder of an entry, and the text that it is in.
fn held<'e>(entry: &'e RemoteWriteEntry<'_>) -> Option<(&'e EmbeddedIn, &'e Arc<Text>)> {
    let text = entry.write.node().document().text();
    entry.holder().map(|holder| (holder, text))
}

/// Whether nothing that is not in the file adds arguments to the entry.
fn has_all_arguments(entry: &RemoteWriteEntry<'_>) -> bool {
    held(entry).is_some_and(|(holder, text)| holder.has_all_arguments(text))
}

fn has_header(headers: &[Header<'_>], name: &str) -> bool {
    let mut names = headers.iter().map(|header| header.name);
    names.any(|other| other.eq_ignore_ascii_case(name))
}

/// Why something may set the header from outside of the configuration.
fn set_elsewhere(entry: &RemoteWriteEntry<'_>, name: &str) -> Option<String> {
    let place = entry
        .facts
        .set_elsewhere(entry.shown_path(), &[name, "headers"])?;
    let (path, line) = (place.path(), place.start().line);
    Some(format!(
        "{path}:{line} sets headers from outside, and may do so here"
    ))
}

/// Whether the program adds the header by itself.
fn is_added(entry: &RemoteWriteEntry<'_>) -> bool {
    held(entry).is_some_and(|(holder, text)| holder.adds_tenant(text))
}

/// What the receiver is set to behind a proxy, which sets the tenant by the credential if there is one.
fn behind(entry: &RemoteWriteEntry<'_>) -> Option<ReceiverSettings> {
    let may_be = entry.settings().is_none() && entry.sent_credentials().is_empty();
    may_be.then(|| entry.settings_behind())?
}

/// Reports that the settings of the receiver require the header.
fn not_to_one_tenant(
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    wants: &KnownSetting<bool>,
    header: &str,
    severity: Severity,
    out: &mut RuleFindings<'_>,
) {
    let message = format!(
        "`{header}` is not set: {} requires a tenant, and rejects every sample with 401",
        settings.container
    );
    let url = entry.url().map_or(entry.write.node(), |url| url.node);
    let mut finding = out.at(url, severity, message).help(to_add(entry, header));
    finding.evidence = settings.evidence_of(wants, "multitenancy is on here");
    out.push(settings.with_severity_of_certainty(finding));
}

fn certainty(demand: &ReceiverRequirements<'_, '_>) -> Severity {
    if demand.is_certain() {
        Severity::Error
    } else {
        Severity::Warning
    }
}

/// To add the header. Its value is known where the other entries for the same host all name one tenant.
fn to_add(entry: &RemoteWriteEntry<'_>, header: &str) -> Advice {
    let words = format!("add `headers:` with `{header}: <tenant>`");
    let Some(tenant) = tenant_of_others(entry, header) else {
        return Advice::say(words);
    };
    let value = format!("'{}'", tenant.replace('\'', "''"));
    let own = entry.write.get("headers").and_then(Node::mapping);
    let last = own.and_then(|headers| headers.written().last());
    let mapping = entry.write.node().mapping();
    let url = mapping.and_then(|mapping| mapping.entry("url"));
    let words = format!("add the header `{header}: {tenant}`, as for the other URLs of this host");
    match (last, url) {
        (Some(last), _) => Advice::insert(last.key.span(), header, value)
            .text(words)
            .unsafe_(),
        (None, Some(url)) if entry.write.get("headers").is_none() => {
            let headers = format!("{{{header}: {value}}}");
            Advice::insert(url.key.span(), "headers", headers)
                .text(words)
                .unsafe_()
        }
        _ => Advice::say(words),
    }
}

/// The tenant in the header of the other entries of the configuration for the same host, if it is one.
fn tenant_of_others<'a>(entry: &RemoteWriteEntry<'a>, header: &str) -> Option<&'a str> {
    let config = Config::new(entry.write.node().document())?;
    let host = entry.url()?.endpoint.host_name()?;
    let reads = config.root().get("remote_read");
    let reads = reads.into_iter().flat_map(Node::items);
    let writes = config.remote_writes().map(RemoteWrite::node);
    let mut found = None;
    for other in writes.chain(reads) {
        let headers = other.get("headers").and_then(Node::mapping);
        let headers = headers.into_iter().flat_map(|headers| headers.entries());
        let mut named = headers
            .filter(|entry| entry.name().eq_ignore_ascii_case(header))
            .peekable();
        // A file may have thousands of URLs, and each is held against the others.
        if named.peek().is_none() {
            continue;
        }
        let url = other.get("url").and_then(Node::as_str);
        if url.and_then(|url| Endpoint::new(url).host_name()).as_ref() != Some(&host) {
            continue;
        }
        for entry in named {
            let tenant = entry.value.as_str().filter(|tenant| is_literal(tenant))?;
            if *found.get_or_insert(tenant) != tenant {
                return None;
            }
        }
    }
    found
}

fn is_literal(tenant: &str) -> bool {
    !tenant.is_empty() && Endpoint::new(tenant).placeholders().is_empty()
}
