//! The key `program` of a profile.

use super::super::program::{MajorMinor, Program, ProgramImage, ProgramSetting, SettingName};
use super::{PageNode, PageReader, name};

const PROGRAM_KEYS: &[&str] = &[
    "images",
    "commands",
    "subcommand",
    "other_commands",
    "parts",
    "file",
    "default_file",
    "web_config",
    "hidden_by",
    "paths",
    "remote_write",
    "remote_write_2",
    "settings",
];

const SETTING_KEYS: &[&str] = &["flag", "feature", "key", "environment", "url", "default"];

impl<N: PageNode> PageReader<N> {
    pub(super) fn program(&mut self, node: N) -> Program {
        self.keys(node, PROGRAM_KEYS);
        if node.get("images").is_none() {
            self.error(node, "images is missing".to_owned());
        }
        Program {
            images: self.many(node, "images", Self::image),
            commands: self.texts(node, "commands"),
            subcommand: self.maybe(node, "subcommand"),
            other_commands: self.texts(node, "other_commands"),
            parts: self.texts(node, "parts"),
            file: self.maybe(node, "file"),
            default_file: self.maybe(node, "default_file"),
            web_config: self.maybe(node, "web_config"),
            hidden_by: self.maybe(node, "hidden_by"),
            paths: self.texts(node, "paths"),
            remote_write: node
                .get("remote_write")
                .and_then(|release| self.release(release)),
            remote_write_2: node
                .get("remote_write_2")
                .and_then(|release| self.release(release)),
            settings: self.settings(node).into(),
        }
    }

    fn image(&mut self, node: N) -> Option<ProgramImage> {
        self.keys(node, &["name", "tag", "official", "port"]);
        if node.get("port").is_none() {
            self.error(node, "port is missing".to_owned());
        }
        Some(ProgramImage {
            name: self.must(node, "name"),
            tag: self.maybe(node, "tag"),
            official: self.flag(node, "official"),
            port: node.get("port").and_then(|port| self.port(port))?,
        })
    }

    fn release(&mut self, node: N) -> Option<MajorMinor> {
        let read = |text: &str| {
            let (major, minor) = text.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let release = node.text().and_then(read);
        if release.is_none() {
            self.error(node, "a release is two numbers, such as '2.17'".to_owned());
        }
        release
    }

    fn settings(&mut self, node: N) -> Vec<ProgramSetting> {
        let settings = node.get("settings").and_then(N::entries);
        let mut out = Vec::new();
        for (key, value) in settings.unwrap_or_default() {
            let mut known = SettingName::ALL.iter();
            let Some((_, setting)) = known.find(|(known, _)| *known == name(key)) else {
                let all: Vec<_> = SettingName::ALL.iter().map(|(name, _)| *name).collect();
                self.error(key, format!("a setting is one of {}", all.join(", ")));
                continue;
            };
            self.keys(value, SETTING_KEYS);
            out.push(ProgramSetting {
                name: *setting,
                flag: self.maybe(value, "flag"),
                feature: self.maybe(value, "feature"),
                key: self.maybe(value, "key"),
                environment: self.maybe(value, "environment"),
                url: self.maybe(value, "url"),
                default: self.maybe(value, "default"),
            });
        }
        let place = |setting: &ProgramSetting| {
            let mut all = SettingName::ALL.iter();
            all.find(|(_, one)| *one == setting.name)
                .map(|(name, _)| *name)
        };
        // By name, as the build sorts them.
        out.sort_by_key(place);
        out
    }
}
