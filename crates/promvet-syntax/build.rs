//! `data/*.yaml` → tables, so that start-up reads nothing.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// `data/releases.yaml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Releases {
    source: String,
    releases: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    release: String,
    go: u16,
}

/// `data/functions.yaml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Functions {
    promql: PromQl,
    templates: Templates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PromQl {
    source: String,
    functions: Vec<Function>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Function {
    name: String,
    takes: Vec<Type>,
    #[serde(default)]
    more: i8,
    returns: Type,
    since: Option<String>,
    removed: Option<String>,
    #[serde(default)]
    experimental: bool,
    stable: Option<String>,
    source: Option<String>,
}

/// As `ValueType` of `src/promql/value.rs` has them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Scalar,
    Vector,
    Matrix,
    Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    source: String,
    functions: Vec<TemplateFunction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFunction {
    name: String,
    since: Option<String>,
}

/// `data/flags.yaml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandLine {
    flags: Words,
    features: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    source: String,
    words: Vec<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    name: String,
    takes: Option<Takes>,
    #[serde(default)]
    again: bool,
    since: Option<String>,
    removed: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Takes {
    Kind(Kind),
    OneOf(Vec<String>),
}

/// As `FlagArgument` of `src/flags.rs` has them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Nothing,
    Duration,
    Size,
    Number,
}

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=data");
    let releases: Releases = read("data/releases.yaml")?;
    let functions: Functions = read("data/functions.yaml")?;
    let line: CommandLine = read("data/flags.yaml")?;
    write("flags.rs", &line.flags.code()?)?;
    write("features.rs", &line.features.code()?)?;
    write("releases.rs", &releases.code()?)?;
    write("promql_functions.rs", &functions.promql.code()?)?;
    write("template_functions.rs", &functions.templates.code()?)
}

fn read<T: DeserializeOwned>(path: &str) -> Fallible<T> {
    let text = fs::read_to_string(path)?;
    serde_yaml::from_str(&text).map_err(|error| format!("{path}: {error}").into())
}

fn write(name: &str, code: &str) -> Fallible<()> {
    Ok(fs::write(
        PathBuf::from(env::var("OUT_DIR")?).join(name),
        code,
    )?)
}

impl Releases {
    fn code(&self) -> Fallible<String> {
        public(&self.source)?;
        let mut rows = String::new();
        for Release { release, go } in &self.releases {
            let (major, minor, patch) = numbers(release)?;
            rows += &format!(
                "    Release {{ major: {major}, minor: {minor}, patch: {patch}, go: Go({go}) }},\n"
            );
        }
        Ok(format!(
            "/// Every minor release, oldest first. From <{}>.\n\
             pub const RELEASES: &[Release] = &[\n{rows}];\n",
            self.source
        ))
    }
}

impl PromQl {
    fn code(&self) -> Fallible<String> {
        public(&self.source)?;
        let mut rows = String::new();
        for function in &self.functions {
            let code = function.code();
            rows += &code.map_err(|error| format!("function {}: {error}", function.name))?;
        }
        Ok(format!("&[\n{rows}]\n"))
    }
}

impl Function {
    fn code(&self) -> Fallible<String> {
        if let Some(source) = &self.source {
            public(source)?;
        } else if self.removed.is_some() {
            return Err("a removed function needs a `source` that has it".into());
        }
        let stability = match (self.experimental, &self.stable) {
            (false, None) => "Stability::Stable".to_owned(),
            (true, None) => "Stability::Experimental".to_owned(),
            (true, Some(stable)) => format!("Stability::StableSince({})", minor(Some(stable))?),
            (false, Some(_)) => return Err("`stable` without `experimental`".into()),
        };
        let takes: String = self
            .takes
            .iter()
            .map(|ty| format!("ValueType::{ty:?}, "))
            .collect();
        let until = match &self.removed {
            Some(removed) => format!("Some({})", minor(Some(removed))?),
            None => "None".to_owned(),
        };
        Ok(format!(
            "    Function {{ name: {:?}, takes: &[{takes}], more: {}, returns: ValueType::{:?}, \
             since: {}, until: {until}, stability: {stability} }},\n",
            self.name,
            self.more,
            self.returns,
            minor(self.since.as_ref())?,
        ))
    }
}

impl Templates {
    fn code(&self) -> Fallible<String> {
        public(&self.source)?;
        let mut rows = String::new();
        for function in &self.functions {
            rows += &format!(
                "    ({:?}, {}),\n",
                function.name,
                minor(function.since.as_ref())?
            );
        }
        Ok(format!("&[\n{rows}]\n"))
    }
}

impl Words {
    fn code(&self) -> Fallible<String> {
        public(&self.source)?;
        let mut rows = String::new();
        for word in &self.words {
            let code = word.code();
            rows += &code.map_err(|error| format!("{}: {error}", word.name))?;
        }
        Ok(format!("&[\n{rows}]\n"))
    }
}

impl Word {
    fn code(&self) -> Fallible<String> {
        if let Some(source) = &self.source {
            public(source)?;
        }
        let release = |release: &Option<String>| match release {
            Some(release) => Ok::<_, Box<dyn Error>>(format!("Some({})", minor(Some(release))?)),
            None => Ok("None".to_owned()),
        };
        let takes = match &self.takes {
            None => "FlagArgument::Text".to_owned(),
            Some(Takes::Kind(kind)) => format!("FlagArgument::{kind:?}"),
            Some(Takes::OneOf(words)) => format!("FlagArgument::OneOf(&{words:?})"),
        };
        Ok(format!(
            "    FlagWord {{ name: {:?}, since: {}, until: {}, takes: {takes}, may_repeat: {} }},\n",
            self.name,
            release(&self.since)?,
            release(&self.removed)?,
            self.again,
        ))
    }
}

/// Major and minor number of a release; those of the first one if none is named.
fn minor(release: Option<&String>) -> Fallible<String> {
    let (major, minor, _) = release.map_or(Ok((2, 0, 0)), |release| numbers(release))?;
    Ok(format!("({major}, {minor})"))
}

fn numbers(release: &str) -> Fallible<(u16, u16, u16)> {
    let numbers: Vec<u16> = release
        .split('.')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    match *numbers.as_slice() {
        [major, minor, patch] => Ok((major, minor, patch)),
        _ => Err(format!("expected a release such as 3.14.0, found `{release}`").into()),
    }
}

/// Every row has a source that anyone can look up.
fn public(source: &str) -> Fallible<()> {
    if source.starts_with("https://") {
        return Ok(());
    }
    Err(format!("expected an https:// address, found `{source}`").into())
}
