//! The key `program` of `rules/receivers/*.yaml` → static tables.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::receivers::{list, maybe, text, texts};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    images: Vec<Image>,
    #[serde(default)]
    commands: Vec<String>,
    subcommand: Option<String>,
    #[serde(default)]
    other_commands: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
    file: Option<String>,
    default_file: Option<String>,
    web_config: Option<String>,
    hidden_by: Option<String>,
    #[serde(default)]
    paths: Vec<String>,
    remote_write_2: Option<String>,
    #[serde(default)]
    settings: BTreeMap<String, Setting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    name: String,
    tag: Option<String>,
    #[serde(default)]
    official: bool,
    port: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    flag: Option<String>,
    feature: Option<String>,
    key: Option<String>,
    environment: Option<String>,
    url: Option<String>,
    default: Option<String>,
}

impl Program {
    pub(crate) fn code(program: Option<&Self>) -> Result<String, String> {
        let Some(program) = program else {
            return Ok("None".to_owned());
        };
        let release = match &program.remote_write_2 {
            None => None,
            Some(release) => Some(numbers(release).ok_or_else(|| {
                format!("{release:?} is not a release of two numbers, such as '2.17'")
            })?),
        };
        let settings = program.settings.iter();
        let settings = settings.map(|(name, setting)| setting.code(name));
        Ok(format!(
            "Some(Program {{ images: {}, commands: {}, subcommand: {}, other_commands: {}, parts: {}, file: {}, default_file: {}, web_config: {}, \
             hidden_by: {}, paths: {}, remote_write_2: {release:?}, settings: {} }})",
            list(program.images.iter().map(Image::code).collect()),
            texts(&program.commands),
            maybe(program.subcommand.as_ref()),
            texts(&program.other_commands),
            texts(&program.parts),
            maybe(program.file.as_ref()),
            maybe(program.default_file.as_ref()),
            maybe(program.web_config.as_ref()),
            maybe(program.hidden_by.as_ref()),
            texts(&program.paths),
            list(settings.collect()),
        ))
    }
}

fn numbers(release: &str) -> Option<(u16, u16)> {
    let (major, minor) = release.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

impl Image {
    fn code(&self) -> String {
        format!(
            "ProgramImage {{ name: {}, tag: {}, official: {}, port: {} }}",
            text(&self.name),
            maybe(self.tag.as_ref()),
            self.official,
            self.port,
        )
    }
}

impl Setting {
    /// An unknown name is a variant that does not exist, which the compiler reports.
    fn code(&self, name: &str) -> String {
        let mut variant = String::new();
        for word in name.split('_') {
            let (first, rest) = word.split_at(word.len().min(1));
            variant.push_str(&first.to_ascii_uppercase());
            variant.push_str(rest);
        }
        format!(
            "ProgramSetting {{ name: SettingName::{variant}, flag: {}, feature: {}, key: {}, \
             environment: {}, \
             url: {}, default: {} }}",
            maybe(self.flag.as_ref()),
            maybe(self.feature.as_ref()),
            maybe(self.key.as_ref()),
            maybe(self.environment.as_ref()),
            maybe(self.url.as_ref()),
            maybe(self.default.as_ref()),
        )
    }
}
