//! Keys that name a file, and keys that hold a secret, in every section: one walk over the tables,
//! whatever the version.

use std::collections::HashMap;

use super::table::{Base, Reference as Names, Struct, Type};
use super::tables::CONFIG;
use crate::yaml::{Document, Entry, Kind, Mapping, Node};
use promvet_text::is_secret_name;

/// Endings of keys that name a file instead of holding the secret itself.
/// Every key of Prometheus that has both forms adds this ending, so that no table of pairs is
/// needed.
const FILE: &str = "_file";

/// A value and the way to it.
#[derive(Clone, Debug)]
pub struct ReferencedValue<'d> {
    /// The scalar.
    pub node: Node<'d>,
    /// The keys that lead to it from its part of the configuration, such as
    /// `authorization.credentials_file`.
    pub name: String,
    /// The top-level key that it is below, such as `remote_write`.
    pub section: &'d str,
    /// The item of that section's list that it is in, or the section itself.
    pub owner: Node<'d>,
}

/// A key that names a file.
#[derive(Clone, Debug)]
pub struct FileReference<'d> {
    /// The path, never empty.
    pub setting: ReferencedValue<'d>,
    /// What kind of file it names.
    pub kind: Names,
    /// What a relative path is relative to.
    pub base: Base,
}

impl FileReference<'_> {
    /// Whether Prometheus reads the file as text, trims it and sends the rest as a secret. Files
    /// that a vendor's library reads count from where Prometheus was started, and have a form of
    /// their own.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.kind == Names::Credential
            // Files of a vendor's library are JSON or INI with keys inside, so that the text itself
            // is not the credential.
            && self.base == Base::Config
            && !self.setting.name.ends_with("username_file")
    }
}

/// A secret that is in the configuration itself.
#[derive(Clone, Debug)]
pub struct InlineSecret<'d> {
    /// The value, never empty.
    pub setting: ReferencedValue<'d>,
    /// The key that takes a file in its place, if there is one.
    pub instead: Option<String>,
    /// Whether it becomes the value of an HTTP header as it is.
    pub is_header: bool,
}

/// What the keys of a configuration name and hold.
#[derive(Debug, Default)]
pub struct Holdings<'d> {
    /// Every key that names a file, in the order of the text. A part that several others take over
    /// by an alias or a merge key is found in each of them.
    pub references: Vec<FileReference<'d>>,
    /// Every secret that is in the configuration itself, those in URLs left out.
    pub secrets: Vec<InlineSecret<'d>>,
}

/// What the keys of a configuration name and hold.
#[must_use]
pub fn holdings(document: &Document) -> Holdings<'_> {
    let mut out = Holdings::default();
    walk(document, &mut |setting, held| match held {
        HeldKind::File(kind, base) => out.references.push(FileReference {
            setting,
            kind,
            base,
        }),
        HeldKind::Secret { instead, is_header } => out.secrets.push(InlineSecret {
            setting,
            instead,
            is_header,
        }),
    });
    out
}

/// What a key holds.
enum HeldKind {
    File(Names, Base),
    Secret {
        instead: Option<String>,
        is_header: bool,
    },
}

/// Keys of secrets that become a header as they are.
/// These go into a header without encoding; passwords are base64 there
/// (`http.Request.SetBasicAuth`), so that a line break in one does no harm.
const SENT_AS_THEY_ARE: &[&str] = &["bearer_token", "credentials", "auth_token", "secrets"];

fn walk<'d>(document: &'d Document, each: &mut dyn FnMut(ReferencedValue<'d>, HeldKind)) {
    let Some(root) = document.root().and_then(Node::mapping) else {
        return;
    };
    for entry in counting(root) {
        let Some(found) = CONFIG.find_holding(entry.name()) else {
            continue;
        };
        let owners: Vec<_> = match (entry.value.kind(), &found.field.ty) {
            (Kind::Sequence(list), Type::List(item)) => {
                list.iter().map(|node| (node, *item)).collect()
            }
            _ => vec![(entry.value, &found.field.ty)],
        };
        for (owner, ty) in owners {
            let mut walker = ReferenceWalker {
                section: entry.name(),
                owner,
                keys: Vec::new(),
                each,
            };
            walker.value(ty, owner, None);
        }
    }
}

struct ReferenceWalker<'d, 'e> {
    section: &'d str,
    owner: Node<'d>,
    keys: Vec<&'d str>,
    each: &'e mut dyn FnMut(ReferencedValue<'d>, HeldKind),
}

impl<'d> ReferenceWalker<'d, '_> {
    fn section(&mut self, of: &'static Struct, mapping: Mapping<'d>) {
        for entry in counting(mapping) {
            if let Some(found) = of.find_holding(entry.name()) {
                self.keys.push(entry.name());
                self.value(&found.field.ty, entry.value, Some(of));
                self.keys.pop();
            }
        }
    }

    /// A value of a type, which is a key's of a section, if it is one.
    fn value(&mut self, ty: &Type, node: Node<'d>, of: Option<&'static Struct>) {
        match (ty, node.kind()) {
            (Type::Section(of), Kind::Mapping(mapping)) => self.section(of, mapping),
            (Type::List(item), Kind::Sequence(list)) => {
                list.iter().for_each(|node| self.value(item, node, of));
            }
            (Type::Map(_, item), Kind::Mapping(mapping)) => {
                for entry in counting(mapping) {
                    self.keys.push(entry.name());
                    match item {
                        // Labels and parameters have names that their author chose, so that only
                        // the name can tell.
                        Type::Text if is_secret_name(entry.name()) => {
                            self.secret(entry.value, None)
                        }
                        // `proxy_connect_header` keeps all values secret, as only some are.
                        Type::List(Type::Secret) if !is_secret_name(entry.name()) => {}
                        _ => self.value(item, entry.value, None),
                    }
                    self.keys.pop();
                }
            }
            (Type::File(kind, base), Kind::Scalar(_)) => {
                self.say(node, HeldKind::File(*kind, *base));
            }
            (Type::Secret, Kind::Scalar(_)) => self.secret(node, of),
            _ => {}
        }
    }

    fn secret(&mut self, node: Node<'d>, of: Option<&'static Struct>) {
        let key = self.keys.last().copied().unwrap_or("");
        let file = format!("{key}{FILE}");
        let instead = match of {
            Some(of) if of.find(&file).is_some() => Some(file),
            Some(of) if key == "secrets" => of.find("files").map(|_| "files".to_owned()),
            _ => None,
        };
        let is_header = SENT_AS_THEY_ARE.contains(&key)
            || self
                .keys
                .iter()
                .any(|key| matches!(*key, "headers" | "proxy_connect_header"));
        self.say(node, HeldKind::Secret { instead, is_header });
    }

    fn say(&mut self, node: Node<'d>, held: HeldKind) {
        // Prometheus ignores an empty value too, since Go compares with `""`.
        if node.as_str().is_none_or(str::is_empty) {
            return;
        }
        let setting = ReferencedValue {
            node,
            name: self.keys.join("."),
            section: self.section,
            owner: self.owner,
        };
        (self.each)(setting, held);
    }
}

/// The entries of a mapping that count: of several of one name the last.
/// go-yaml sets the field again for each (`yaml.decoder.mappingStruct`), so that the last one
/// stays.
pub fn counting(mapping: Mapping<'_>) -> impl Iterator<Item = Entry<'_>> {
    // Without a merge, a name that is twice is refused by Prometheus and said by the walker.
    let written = (!mapping.has_merge()).then(|| mapping.written());
    let mut merged: Vec<Entry<'_>> = Vec::new();
    if mapping.has_merge() {
        let mut at: HashMap<&str, usize> = HashMap::new();
        for entry in mapping.entries() {
            let index = *at.entry(entry.name()).or_insert(merged.len());
            match merged.get_mut(index) {
                Some(one) => *one = entry,
                None => merged.push(entry),
            }
        }
    }
    written.into_iter().flatten().chain(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse_first;
    use promvet_text::Text;

    const SOURCE: &str = "\
global: {query_log_file: q.log}
rule_files: [rules/*.yml]
base: &base
  bearer_token_file: merged
scrape_configs:
- job_name: a
  <<: *base
  proxy_connect_header: {Host: [plain], Proxy-Authorization: [six]}
  tls_config: {ca_file: ca, cert_file: '', key_file: key}
  consul_sd_configs:
  - token: one
    basic_auth: {username_file: user, password_file: pass}
  http_headers:
    X: {files: [h1, h2], secrets: [two]}
remote_write:
- url: http://h
  authorization: {credentials: three}
  oauth2: {client_secret_file: secret, tls_config: {ca_file: inner}}
  headers: {X-Api-Key: four, X-Tenant: shown}
- url: http://h
  bearer_token: five
  google_iam: {credentials_file: g.json}
";

    #[test]
    fn every_section_is_walked() {
        let text = Text::new("p.yml", SOURCE.as_bytes().to_vec());
        let document = parse_first(&text).unwrap();
        let found: Vec<_> = holdings(&document)
            .references
            .into_iter()
            .map(|reference| {
                let path = reference.setting.node.as_str().unwrap_or("");
                let sent = if reference.is_sent() { " sent" } else { "" };
                format!(
                    "{} {} {path}{sent}",
                    reference.setting.section, reference.setting.name
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "global query_log_file q.log",
                "rule_files  rules/*.yml",
                "scrape_configs bearer_token_file merged sent",
                "scrape_configs tls_config.ca_file ca",
                "scrape_configs tls_config.key_file key",
                "scrape_configs consul_sd_configs.basic_auth.username_file user",
                "scrape_configs consul_sd_configs.basic_auth.password_file pass sent",
                "scrape_configs http_headers.X.files h1 sent",
                "scrape_configs http_headers.X.files h2 sent",
                "remote_write oauth2.client_secret_file secret sent",
                "remote_write oauth2.tls_config.ca_file inner",
                "remote_write google_iam.credentials_file g.json",
            ]
        );
    }

    #[test]
    fn secrets_know_the_key_that_takes_a_file() {
        let text = Text::new("p.yml", SOURCE.as_bytes().to_vec());
        let document = parse_first(&text).unwrap();
        let found: Vec<_> = holdings(&document)
            .secrets
            .into_iter()
            .map(|inline| {
                let value = inline.setting.node.as_str().unwrap_or("");
                let instead = inline.instead.as_deref().unwrap_or("-");
                format!(
                    "{} {value} {instead} {}",
                    inline.setting.name, inline.is_header
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "proxy_connect_header.Proxy-Authorization six - true",
                "consul_sd_configs.token one - false",
                "http_headers.X.secrets two files true",
                "authorization.credentials three credentials_file true",
                "headers.X-Api-Key four - true",
                "bearer_token five bearer_token_file true",
            ]
        );
    }
}
