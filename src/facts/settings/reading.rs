//! Reads settings from the flags and the configuration file of a program.

use std::sync::Arc;

use super::super::deployment::{Arguments, ContainerEnvironment, Variable};
use super::super::receiver::{Program, ProgramSetting, SettingName};
use super::ini::Ini;
use super::{KnownSetting, OtherPart};
use crate::finding::{Place, Text};
use crate::yaml::{Document, Node, parse_first, placeholder};

/// The configuration file of a program.
pub(super) enum ProgramFile {
    /// No flag names one.
    None,
    /// It is not in the tree.
    Unknown,
    Document(Box<Document>),
    /// One of sections with lines, such as TOML.
    Ini(Ini),
}

impl ProgramFile {
    pub(super) fn read(text: Option<&Arc<Text>>, path: &str) -> Self {
        let is_ini = [".conf", ".toml"].iter().any(|end| path.ends_with(end));
        if let Some(text) = text.filter(|_| is_ini) {
            return Self::Ini(Ini::read(text));
        }
        match text.and_then(|text| parse_first(text).ok()) {
            Some(document) => Self::Document(Box::new(document)),
            None => Self::Unknown,
        }
    }

    /// What a web configuration of exporter-toolkit sets (`web/tls_config.go`).
    pub(super) fn web_settings(&self) -> WebSettings {
        let document = match self {
            Self::None => {
                return WebSettings {
                    tls: Some(unset(false)),
                    users: Some(unset(false)),
                    ..WebSettings::default()
                };
            }
            Self::Unknown | Self::Ini(_) => return WebSettings::default(),
            Self::Document(document) => document,
        };
        let filled = |way: &str| at(document, way).filter(is_filled);
        let setting = |node: Option<Node<'_>>| KnownSetting {
            value: node.is_some(),
            place: node.map(Node::place),
        };
        let names = filled("basic_auth_users").and_then(|node| {
            let entries: Vec<_> = node.mapping()?.entries().collect();
            let is_open = entries
                .iter()
                .any(|entry| placeholder::is_open(entry.name()));
            (!is_open).then(|| KnownSetting {
                value: entries
                    .iter()
                    .map(|entry| entry.name().to_owned())
                    .collect(),
                place: Some(node.place()),
            })
        });
        let asks = filled("tls_server_config.client_auth_type");
        let asks = asks.filter(|node| {
            let text = node.as_str().unwrap_or_default();
            matches!(text, "RequireAnyClientCert" | "RequireAndVerifyClientCert")
        });
        WebSettings {
            tls: Some(setting(filled("tls_server_config"))),
            users: Some(setting(filled("basic_auth_users"))),
            user_names: names,
            client_certificate: Some(setting(asks)),
        }
    }
}

/// What a web configuration sets.
#[derive(Default)]
pub(super) struct WebSettings {
    pub(super) tls: Option<KnownSetting<bool>>,
    pub(super) users: Option<KnownSetting<bool>>,
    pub(super) user_names: Option<KnownSetting<Vec<String>>>,
    pub(super) client_certificate: Option<KnownSetting<bool>>,
}

/// The flags and the file of a program.
pub(super) struct ProgramReading<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) environment: &'a ContainerEnvironment,
    pub(super) file: ProgramFile,
    pub(super) program: &'a Program,
}

/// Where a setting is written.
enum SettingPlace<'a> {
    /// Nowhere.
    Nowhere,
    /// In a file or by a variable that is not in sight.
    Hidden,
    Here(&'a str, Place),
}

impl<'a> SettingPlace<'a> {
    /// VictoriaMetrics fills in `%{NAME}` (`lib/envtemplate`), which may be nothing.
    fn here(value: &'a str, place: Place) -> Self {
        match placeholder::is_open(value) || value.contains("%{") {
            true => Self::Hidden,
            false => Self::Here(value, place),
        }
    }
}

impl ProgramReading<'_> {
    fn value(&self, setting: &ProgramSetting) -> SettingPlace<'_> {
        let flag = setting.flag.as_deref();
        if let Some((value, place)) = flag.and_then(|flag| self.arguments.value(flag)) {
            return SettingPlace::here(value, place.clone());
        }
        let variable = setting.environment.as_deref();
        match variable.map(|name| self.environment.variable(name)) {
            Some(Variable::Set(value, place)) => return SettingPlace::here(value, place.clone()),
            Some(Variable::Hidden) => return SettingPlace::Hidden,
            Some(Variable::Unset) | None => {}
        }
        match (&self.file, setting.key.as_deref()) {
            (ProgramFile::Ini(ini), Some(key)) => match ini.get(key) {
                Some((value, place)) => SettingPlace::here(value, place.clone()),
                None => SettingPlace::Nowhere,
            },
            (_, None) | (ProgramFile::None, _) => SettingPlace::Nowhere,
            (ProgramFile::Unknown, _) => SettingPlace::Hidden,
            (ProgramFile::Document(document), Some(key)) => {
                let node = at(document, key);
                match node.and_then(|node| Some((node.as_str()?, node.place()))) {
                    Some((value, place)) => SettingPlace::here(value, place),
                    None => SettingPlace::Nowhere,
                }
            }
        }
    }

    /// The text of a setting, or its default; none of both if it is not set. Not known if it is hidden,
    /// or if the program has no such setting.
    pub(super) fn text(&self, name: SettingName) -> Option<Option<KnownSetting<String>>> {
        let setting = self.program.setting(name)?;
        let arguments = self.arguments;
        let feature = setting.feature.as_deref();
        let on = feature
            .and_then(|feature| arguments.feature(feature))
            .or_else(|| arguments.switch(setting.flag.as_deref()?));
        if let Some(place) = on {
            return Some(Some(KnownSetting {
                value: "true".to_owned(),
                place: Some(place.clone()),
            }));
        }
        // A feature may be behind a variable.
        let mut features = arguments.features();
        if feature.is_some() && features.any(|(name, _)| placeholder::is_open(name)) {
            return None;
        }
        match self.value(setting) {
            SettingPlace::Hidden => None,
            SettingPlace::Nowhere => {
                let default = setting.default.as_deref();
                Some(default.map(|value| unset(value.to_owned())))
            }
            SettingPlace::Here(value, place) => Some(Some(KnownSetting {
                value: value.to_owned(),
                place: Some(place),
            })),
        }
    }

    /// Whether a setting is written at all, a section of the file included; not known if that may be
    /// in a file that is not in sight.
    pub(super) fn is_there(&self, name: SettingName) -> Option<bool> {
        let Some(setting) = self.program.setting(name) else {
            return Some(false);
        };
        let flag = setting.flag.as_deref();
        if flag.is_some_and(|flag| self.arguments.flag(flag).is_some()) {
            return Some(true);
        }
        match &self.file {
            ProgramFile::None => Some(false),
            ProgramFile::Unknown => None,
            ProgramFile::Ini(ini) => Some(
                setting
                    .key
                    .as_deref()
                    .is_some_and(|key| ini.get(key).is_some()),
            ),
            ProgramFile::Document(document) => {
                let node = setting.key.as_deref().and_then(|key| at(document, key));
                Some(node.is_some_and(|node| is_filled(&node)))
            }
        }
    }

    /// The part that runs, if none of those that take samples does.
    pub(super) fn other_part(&self) -> Option<OtherPart> {
        let parts = &self.program.parts;
        let wanted = parts.first()?;
        let runs = self.text(SettingName::Part)??;
        let takes = |text: &str| parts.iter().any(|part| *part == text.trim());
        let is_other = !runs.value.is_empty() && !runs.value.split(',').any(takes);
        is_other.then(|| OtherPart {
            runs,
            wanted: wanted.to_string(),
        })
    }

    /// The place of a flag that turns a setting on without a value.
    fn switched_on(&self, setting: &ProgramSetting) -> Option<KnownSetting<bool>> {
        let place = self.arguments.switch(setting.flag.as_deref()?)?;
        Some(KnownSetting {
            value: true,
            place: Some(place.clone()),
        })
    }

    /// The ports, one for each value of the flag; `default` without one.
    pub(super) fn ports(&self, default: u16) -> Option<Vec<KnownSetting<u16>>> {
        let Some(setting) = self.program.setting(SettingName::Port) else {
            return Some(vec![unset(default)]);
        };
        let flag = setting.flag.as_deref();
        let values = flag.map_or_else(Vec::new, |flag| self.arguments.values(flag));
        if values.is_empty() {
            return Some(vec![match self.value(setting) {
                SettingPlace::Nowhere => unset(default),
                SettingPlace::Hidden => return None,
                SettingPlace::Here(value, place) => KnownSetting {
                    value: value.rsplit(':').next()?.parse().ok()?,
                    place: Some(place),
                },
            }]);
        }
        let ports = values.into_iter().flat_map(|(value, place)| {
            value.split(',').map(move |address| {
                let port = address.rsplit(':').next()?.trim().parse().ok()?;
                Some(KnownSetting {
                    value: port,
                    place: Some(place.clone()),
                })
            })
        });
        ports.collect()
    }

    /// What the paths begin with; none for a program that has no such setting.
    pub(super) fn prefix(&self) -> Option<KnownSetting<String>> {
        let setting = self.program.setting(SettingName::Prefix)?;
        match self.value(setting) {
            SettingPlace::Nowhere => self.prefix_of_url(setting),
            SettingPlace::Hidden => None,
            SettingPlace::Here(value, place) => Some(KnownSetting {
                value: clean_prefix(value),
                place: Some(place),
            }),
        }
    }

    /// What older paths begin with, where that is set, and what they begin with otherwise.
    pub(super) fn moved_prefix(&self) -> Option<(String, String)> {
        let setting = self.program.setting(SettingName::OldPrefix)?;
        let usual = setting.default.as_deref()?;
        match self.value(setting) {
            SettingPlace::Here(value, _) => Some((clean_prefix(value), usual.to_owned())),
            SettingPlace::Nowhere | SettingPlace::Hidden => None,
        }
    }

    /// The path of the URL at which a program is reached, by its flags: `computeExternalURL` and
    /// the default of `--web.route-prefix` in main.go of Prometheus.
    fn prefix_of_url(&self, setting: &ProgramSetting) -> Option<KnownSetting<String>> {
        let flag = setting.url.as_deref();
        let Some((url, place)) = flag.and_then(|flag| self.arguments.value(flag)) else {
            return Some(unset(String::new()));
        };
        (!placeholder::is_open(url)).then(|| KnownSetting {
            value: clean_prefix(&path_of(url)),
            place: Some(place.clone()),
        })
    }

    /// A setting that is on or off.
    pub(super) fn switch(&self, name: SettingName) -> Option<KnownSetting<bool>> {
        let setting = self.program.setting(name)?;
        if let Some(on) = self.switched_on(setting) {
            return Some(on);
        }
        match self.value(setting) {
            SettingPlace::Nowhere => Some(unset(on_or_off(setting.default.as_deref()?)?)),
            SettingPlace::Hidden => None,
            SettingPlace::Here(value, place) => Some(KnownSetting {
                value: on_or_off(value)?,
                place: Some(place),
            }),
        }
    }

    /// The only user, where the setting is a name and turns nothing on or off.
    pub(super) fn user_name(&self) -> Option<KnownSetting<Vec<String>>> {
        let setting = self.program.setting(SettingName::Users)?;
        match self.value(setting) {
            SettingPlace::Here(value, place)
                if !value.is_empty()
                    && on_or_off(value).is_none()
                    && !value.contains([',', ':', '/']) =>
            {
                Some(KnownSetting {
                    value: vec![value.to_owned()],
                    place: Some(place),
                })
            }
            _ => None,
        }
    }

    /// Whether a user is wanted, where a section of the configuration file says who needs none.
    pub(super) fn without_anyone(&self) -> Option<KnownSetting<bool>> {
        let setting = self.program.setting(SettingName::Anyone)?;
        let ProgramFile::Document(document) = &self.file else {
            return None;
        };
        let node = at(document, setting.key.as_deref()?).filter(is_filled);
        Some(KnownSetting {
            value: node.is_none(),
            place: node.or(document.root()).map(Node::place),
        })
    }

    /// Whether a setting has a value, or is on.
    pub(super) fn is_set(&self, name: SettingName) -> Option<KnownSetting<bool>> {
        let setting = self.program.setting(name)?;
        if let Some(on) = self.switched_on(setting) {
            return Some(on);
        }
        match self.value(setting) {
            SettingPlace::Nowhere => Some(unset(false)),
            SettingPlace::Hidden => None,
            // One value for each port: which is which is not worked out.
            SettingPlace::Here(value, _) if value.contains(',') => None,
            SettingPlace::Here(value, place) => Some(KnownSetting {
                value: !matches!(value, "" | "false"),
                place: Some(place),
            }),
        }
    }
}

/// What keys with dots between them lead to; Elasticsearch also takes the whole for one key.
fn at<'d>(document: &'d Document, keys: &str) -> Option<Node<'d>> {
    let root = document.root()?;
    let nested = keys.split('.').try_fold(root, |node, key| node.get(key));
    nested.or_else(|| root.get(keys))
}

/// A setting that is not written.
fn unset<T>(value: T) -> KnownSetting<T> {
    KnownSetting { value, place: None }
}

pub(super) fn on_or_off(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
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
