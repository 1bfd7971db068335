//! What a receiver of the tree is set to: by its flags, and by its configuration where the tree has it.

use std::path::Path;
use std::sync::Arc;

use super::Facts;
use super::deployment::{Arguments, Deployment, Image, Resolved};
use super::service_match::ServiceMatch;
use crate::finding::{Evidence, Place, Text};
use crate::source::LARGEST;
use crate::yaml::{Document, Node, parse_first, placeholder};

/// What is known of a program that takes remote write: where its settings are, and their defaults.
#[derive(Debug)]
struct Program {
    name: &'static str,
    /// The last part of its images.
    images: &'static [&'static str],
    /// What may come before its flags.
    words: &'static [&'static str],
    /// The word without which the image is another program.
    subcommand: Option<&'static str>,
    /// The flag of its configuration file, if that has the settings below.
    file: Option<&'static str>,
    port: Key,
    /// The port without a setting.
    default_port: u16,
    prefix: Option<Key>,
    /// Whether it has several tenants, which it does by default.
    tenants: Option<Key>,
    /// Names a certificate, or turns TLS on.
    tls: Option<Key>,
    /// The flag of the user that it wants to see.
    user: Option<&'static str>,
    /// The paths at which it takes samples, behind the prefix; empty if there are more.
    paths: &'static [&'static str],
    /// The first release that takes remote write 2.0, where one is known.
    version_2: Option<(u16, u16)>,
}

/// A flag, and the keys that lead to the same setting in the file.
#[derive(Debug)]
struct Key {
    flag: &'static str,
    file: &'static [&'static str],
}

const fn flag(flag: &'static str) -> Key {
    Key { flag, file: &[] }
}

/// From the flags of grafana/mimir `pkg/mimir/mimir.go` and grafana/dskit `server/server.go`,
/// release 2.17 for remote write 2.0,
/// cortexproject/cortex `pkg/cortex/cortex.go`, thanos-io/thanos `cmd/thanos/receive.go`,
/// VictoriaMetrics `app/*/main.go` and `lib/httpserver`, and prometheus/prometheus
/// `cmd/prometheus/main.go`.
static PROGRAMS: &[Program] = &[
    Program {
        name: "Mimir",
        images: &["mimir", "mimir-alpine"],
        words: &["mimir"],
        subcommand: None,
        file: Some("config.file"),
        port: Key {
            flag: "server.http-listen-port",
            file: &["server", "http_listen_port"],
        },
        default_port: 8080,
        prefix: Some(Key {
            flag: "server.path-prefix",
            file: &["server", "http_path_prefix"],
        }),
        tenants: Some(Key {
            flag: "auth.multitenancy-enabled",
            file: &["multitenancy_enabled"],
        }),
        tls: Some(Key {
            flag: "server.http-tls-cert-path",
            file: &["server", "http_tls_config", "cert_file"],
        }),
        user: None,
        paths: &["/api/v1/push"],
        version_2: Some((2, 17)),
    },
    Program {
        name: "Cortex",
        images: &["cortex"],
        words: &["cortex"],
        subcommand: None,
        file: Some("config.file"),
        port: Key {
            flag: "server.http-listen-port",
            file: &["server", "http_listen_port"],
        },
        default_port: 80,
        prefix: Some(Key {
            flag: "server.path-prefix",
            file: &["server", "http_path_prefix"],
        }),
        tenants: Some(Key {
            flag: "auth.enabled",
            file: &["auth_enabled"],
        }),
        tls: Some(Key {
            flag: "server.http-tls-cert-path",
            file: &["server", "http_tls_config", "cert_file"],
        }),
        user: None,
        // `-http.prefix` moves the old path `/api/prom/push`.
        paths: &[],
        version_2: None,
    },
    Program {
        name: "Thanos Receive",
        images: &["thanos"],
        words: &["thanos", "receive"],
        subcommand: Some("receive"),
        file: None,
        port: flag("remote-write.address"),
        default_port: 19291,
        prefix: None,
        tenants: None,
        tls: Some(flag("remote-write.server-tls-cert")),
        user: None,
        paths: &["/api/v1/receive"],
        version_2: None,
    },
    Program {
        name: "VictoriaMetrics",
        images: &["victoria-metrics"],
        words: &["victoria-metrics", "victoria-metrics-prod"],
        subcommand: None,
        file: None,
        port: flag("httpListenAddr"),
        default_port: 8428,
        prefix: Some(flag("http.pathPrefix")),
        tenants: None,
        tls: Some(flag("tls")),
        user: Some("httpAuth.username"),
        paths: &[],
        version_2: None,
    },
    Program {
        name: "vminsert",
        images: &["vminsert"],
        words: &["vminsert", "vminsert-prod"],
        subcommand: None,
        file: None,
        port: flag("httpListenAddr"),
        default_port: 8480,
        prefix: Some(flag("http.pathPrefix")),
        tenants: None,
        tls: Some(flag("tls")),
        user: Some("httpAuth.username"),
        paths: &[],
        version_2: None,
    },
    Program {
        name: "vmagent",
        images: &["vmagent"],
        words: &["vmagent", "vmagent-prod"],
        subcommand: None,
        file: None,
        port: flag("httpListenAddr"),
        default_port: 8429,
        prefix: Some(flag("http.pathPrefix")),
        tenants: None,
        tls: Some(flag("tls")),
        user: Some("httpAuth.username"),
        paths: &[],
        version_2: None,
    },
    Program {
        name: "Prometheus",
        images: &["prometheus"],
        words: &["prometheus"],
        subcommand: None,
        file: None,
        port: flag("web.listen-address"),
        default_port: 9090,
        prefix: Some(flag("web.route-prefix")),
        tenants: None,
        tls: None,
        user: None,
        paths: &["/api/v1/write"],
        version_2: Some((2, 54)),
    },
];

/// The flag of the web configuration of Prometheus, with TLS and users.
pub(crate) const WEB_FILE: &str = "web.config.file";
/// The flag whose path is the prefix where `--web.route-prefix` is not set.
const EXTERNAL_URL: &str = "web.external-url";
/// With it, VictoriaMetrics takes flags from the environment too.
const FLAGS_FROM_ENVIRONMENT: &str = "envflag.enable";

/// A setting, and what shows it; nothing for a default.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// Its value.
    pub value: T,
    /// Where it is set.
    pub place: Option<Place>,
}

/// What a receiver is set to; a setting that cannot be told is none.
#[derive(Clone, Debug)]
pub struct ReceiverSettings {
    /// The container, for people.
    pub container: String,
    /// What runs in it.
    pub program: &'static str,
    /// The ports at which it takes requests, one for each setting.
    pub ports: Option<Vec<Setting<u16>>>,
    /// What the paths of its interface begin with: empty or with a slash.
    pub prefix: Option<Setting<String>>,
    /// Whether it wants the name of a tenant.
    pub tenants: Option<Setting<bool>>,
    /// Whether it speaks TLS.
    pub tls: Option<Setting<bool>>,
    /// Whether it wants a user.
    pub users: Option<Setting<bool>>,
    /// The paths at which it takes samples, behind the prefix; empty if there are more.
    pub paths: &'static [&'static str],
    /// Its release, and the first one that takes remote write 2.0, if its own is older.
    pub lacks_version_2: Option<(Release, Release)>,
    /// Whether its configuration file is in the tree.
    pub has_file: bool,
    /// Its image and how one gets there.
    pub evidence: Vec<Evidence>,
}

/// Major and minor number of a release.
type Release = (u16, u16);

impl Facts<'_> {
    /// What the receiver is set to that answers at an endpoint, if it is one container of the tree whose
    /// image and command line are in sight.
    #[must_use]
    pub fn receiver_settings(&self, answering: &[ServiceMatch<'_>]) -> Option<ReceiverSettings> {
        let [only] = answering else { return None };
        let container = only.container?;
        let arguments = &container.arguments;
        let image = container.image.as_ref()?;
        let program = program_of(image)?;
        if only.itself.is_some() || arguments.may_have_more(program.words) {
            return None;
        }
        let is_command = |word: &str| arguments.list.iter().any(|one| one.text == word);
        if program.subcommand.is_some_and(|word| !is_command(word))
            || arguments.flag(FLAGS_FROM_ENVIRONMENT).is_some()
        {
            return None;
        }
        let file = match program.file {
            Some(flag) => File::read(self, only, arguments, flag),
            None => File::None,
        };
        let read = Reading { arguments, file };
        let mut settings = ReceiverSettings {
            container: container.name.clone(),
            program: program.name,
            ports: read.ports(program),
            prefix: program.prefix.as_ref().and_then(|key| read.prefix(key)),
            tenants: program
                .tenants
                .as_ref()
                .and_then(|key| read.switch(key, true)),
            tls: program.tls.as_ref().and_then(|key| read.is_set(key)),
            users: program.user.and_then(|name| read.is_set(&flag(name))),
            paths: program.paths,
            lacks_version_2: release_of(image).and_then(|own| {
                let since = program.version_2?;
                (own < since).then_some((own, since))
            }),
            has_file: matches!(read.file, File::Document(_)),
            evidence: only.shown(),
        };
        if program.name == "Prometheus" {
            self.of_prometheus(only, &read, &mut settings);
        }
        Some(settings)
    }

    /// What is at a path in a container, if that is in the tree. Its lines are not shown, since anything
    /// may be there.
    #[must_use]
    pub fn text_at(&self, deployment: &Deployment, path: &str) -> Option<Arc<Text>> {
        let Resolved::Provided(found) = deployment.resolve(self.files.tree, path) else {
            return None;
        };
        match (&found.tree_file, &found.written) {
            (Some(file), _) => text_of(self, file),
            (None, Some(written)) => written.text.clone(),
            (None, None) => None,
        }
    }

    fn of_prometheus(
        &self,
        one: &ServiceMatch<'_>,
        read: &Reading<'_>,
        settings: &mut ReceiverSettings,
    ) {
        if read.arguments.flag("web.route-prefix").is_none()
            && let Some((url, place)) = read.arguments.value(EXTERNAL_URL)
        {
            // `computeExternalURL` and the default of `--web.route-prefix` in main.go.
            settings.prefix = (!is_open(url)).then(|| Setting {
                value: clean_prefix(&path_of(url)),
                place: Some(place.clone()),
            });
        }
        let file = File::read(self, one, read.arguments, WEB_FILE);
        (settings.tls, settings.users) = match &file {
            File::None => (Some(default(false)), Some(default(false))),
            File::Unknown => (None, None),
            File::Document(document) => {
                let root = document.root();
                let key = |name: &str| root.and_then(|root| root.get(name)).filter(is_filled);
                let setting = |name: &str| {
                    let node = key(name);
                    Setting {
                        value: node.is_some(),
                        place: node.map(Node::place),
                    }
                };
                (
                    Some(setting("tls_server_config")),
                    Some(setting("basic_auth_users")),
                )
            }
        };
    }
}

fn program_of(image: &Image) -> Option<&'static Program> {
    let last = image.repository().rsplit('/').next()?;
    let found = PROGRAMS
        .iter()
        .find(|program| program.images.contains(&last))?;
    // Others call their own images so too.
    (found.name != "Prometheus" || image.is_official()).then_some(found)
}

/// The release that the tag of an image names, such as 2.14 of `2.14.3`.
fn release_of(image: &Image) -> Option<Release> {
    let tag = image.tag()?;
    let mut numbers = tag.strip_prefix('v').unwrap_or(tag).split(['.', '-', '+']);
    let mut number = || numbers.next()?.parse().ok();
    Some((number()?, number()?))
}

/// The configuration file of a program.
enum File {
    /// No flag names one.
    None,
    /// It is not in the tree.
    Unknown,
    Document(Box<Document>),
}

impl File {
    fn read(facts: &Facts<'_>, one: &ServiceMatch<'_>, arguments: &Arguments, flag: &str) -> Self {
        let Some((path, _)) = arguments.value(flag) else {
            return Self::None;
        };
        let found = one
            .deployment
            .and_then(|deployment| facts.text_at(deployment, path));
        match found.and_then(|text| parse_first(&text).ok()) {
            Some(document) => Self::Document(Box::new(document)),
            None => Self::Unknown,
        }
    }
}

/// A file of the tree. Its lines are not shown, since anything may be in it.
fn text_of(facts: &Facts<'_>, file: &Path) -> Option<Arc<Text>> {
    let tree = facts.files.tree;
    let is_inside = tree.within(file, &[&facts.files.bounds]).unwrap_or(false);
    let bytes = is_inside.then(|| tree.read(file, LARGEST).ok())??;
    Some(Text::new(tree.shown(file), bytes))
}

/// The flags and the file of a program.
struct Reading<'a> {
    arguments: &'a Arguments,
    file: File,
}

/// Where a setting is written.
enum Written<'a> {
    /// Nowhere.
    Nowhere,
    /// In a file or by a variable that is not in sight.
    Hidden,
    Here(&'a str, Place),
}

impl Reading<'_> {
    fn value(&self, key: &Key) -> Written<'_> {
        if let Some((value, place)) = self.arguments.value(key.flag) {
            return match is_open(value) {
                true => Written::Hidden,
                false => Written::Here(value, place.clone()),
            };
        }
        match &self.file {
            File::None => Written::Nowhere,
            File::Unknown if key.file.is_empty() => Written::Nowhere,
            File::Unknown => Written::Hidden,
            File::Document(document) => {
                let mut keys = key.file.iter();
                let root = document.root().filter(|_| !key.file.is_empty());
                let node = root.and_then(|root| keys.try_fold(root, |node, key| node.get(key)));
                match node.and_then(|node| Some((node.as_str()?, node.place()))) {
                    Some((value, _)) if is_open(value) => Written::Hidden,
                    Some((value, place)) => Written::Here(value, place),
                    None => Written::Nowhere,
                }
            }
        }
    }

    fn ports(&self, program: &Program) -> Option<Vec<Setting<u16>>> {
        let values = self.arguments.values(program.port.flag);
        if values.is_empty() {
            return Some(vec![match self.value(&program.port) {
                Written::Nowhere => default(program.default_port),
                Written::Hidden => return None,
                Written::Here(value, place) => Setting {
                    value: value.parse().ok()?,
                    place: Some(place),
                },
            }]);
        }
        let ports = values.into_iter().flat_map(|(value, place)| {
            value.split(',').map(move |one| {
                let port = one.rsplit(':').next()?.trim().parse().ok()?;
                Some(Setting {
                    value: port,
                    place: Some(place.clone()),
                })
            })
        });
        ports.collect()
    }

    fn prefix(&self, key: &Key) -> Option<Setting<String>> {
        match self.value(key) {
            Written::Nowhere => Some(default(String::new())),
            Written::Hidden => None,
            Written::Here(value, place) => Some(Setting {
                value: clean_prefix(value),
                place: Some(place),
            }),
        }
    }

    /// A setting that is on or off.
    fn switch(&self, key: &Key, by_default: bool) -> Option<Setting<bool>> {
        if let Some(place) = self.arguments.switch(key.flag) {
            return Some(Setting {
                value: true,
                place: Some(place.clone()),
            });
        }
        match self.value(key) {
            Written::Nowhere => Some(default(by_default)),
            Written::Hidden => None,
            Written::Here(value, place) => Some(Setting {
                value: match value.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" | "1" => true,
                    "false" | "no" | "off" | "0" => false,
                    _ => return None,
                },
                place: Some(place),
            }),
        }
    }

    /// Whether a setting has a value, or is on.
    fn is_set(&self, key: &Key) -> Option<Setting<bool>> {
        if let Some(place) = self.arguments.switch(key.flag) {
            return Some(Setting {
                value: true,
                place: Some(place.clone()),
            });
        }
        match self.value(key) {
            Written::Nowhere => Some(default(false)),
            Written::Hidden => None,
            // One value for each port: which is which is not worked out.
            Written::Here(value, _) if value.contains(',') => None,
            Written::Here(value, place) => Some(Setting {
                value: !matches!(value, "" | "false"),
                place: Some(place),
            }),
        }
    }
}

fn default<T>(value: T) -> Setting<T> {
    Setting { value, place: None }
}

fn is_open(value: &str) -> bool {
    value.contains('$') || placeholder::find(value).next().is_some()
}

fn is_filled(node: &Node<'_>) -> bool {
    !node.is_null()
        && node
            .mapping()
            .is_none_or(|map| map.entries().next().is_some())
}

/// The path of a URL.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/')
        .and_then(|at| rest.get(at..))
        .unwrap_or_default()
        .to_owned()
}

/// A prefix with a slash before and none behind; empty for the root.
fn clean_prefix(text: &str) -> String {
    let inner = text.trim().trim_matches('/');
    match inner {
        "" => String::new(),
        inner => format!("/{inner}"),
    }
}

impl ReceiverSettings {
    /// How a setting is known: by its place, or by the image and its flags.
    #[must_use]
    pub fn evidence_of<T>(&self, setting: &Setting<T>, what: &str) -> Vec<Evidence> {
        let mut out = self.evidence.clone();
        out.extend(setting.place.iter().map(|place| Evidence {
            place: place.clone(),
            message: what.to_owned(),
        }));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_have_one_form() {
        for (text, want) in [("", ""), ("/", ""), ("hub", "/hub"), ("/a/b/", "/a/b")] {
            assert_eq!(clean_prefix(text), want, "{text}");
        }
        for (url, want) in [
            ("http://a.example/prom/", "/prom/"),
            ("http://a.example", ""),
            ("/prom", "/prom"),
        ] {
            assert_eq!(path_of(url), want, "{url}");
        }
    }
}
