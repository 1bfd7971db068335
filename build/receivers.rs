//! `rules/receivers/*.yaml` → static tables, so that start-up reads nothing.
//!
//! The same form is read at run time for users' own profiles, by `src/facts/receiver/read.rs`; a
//! test holds both readers together.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::programs::Program;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    id: String,
    name: String,
    short: Option<String>,
    kind: String,
    confidence: String,
    recognised: Vec<Clue>,
    urls: Vec<String>,
    #[serde(default)]
    parts: BTreeMap<String, Part>,
    #[serde(default)]
    mistakes: Vec<Mistake>,
    credentials: Vec<Credential>,
    #[serde(default)]
    refuses: Vec<Refusal>,
    tenant: Option<Tenant>,
    tls: String,
    #[serde(default = "unknown")]
    remote_write_2: String,
    #[serde(default)]
    remote_read: Vec<String>,
    #[serde(default)]
    external_labels: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    program: Option<Program>,
    examples: Examples,
    sources: Vec<String>,
}

fn unknown() -> String {
    "unknown".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clue {
    host: Option<String>,
    path: Option<String>,
    port: Option<u16>,
    word: Option<String>,
    label: Option<String>,
    image: Option<String>,
    tag: Option<String>,
    #[serde(default)]
    domain: bool,
    #[serde(default)]
    telling: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    form: Option<String>,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    #[serde(default)]
    id: String,
    scheme: Option<String>,
    #[serde(default)]
    host: OneOrMany<String>,
    #[serde(default)]
    port: OneOrMany<u16>,
    #[serde(default)]
    no_port: bool,
    #[serde(default)]
    path: OneOrMany<String>,
    #[serde(default)]
    query: OneOrMany<String>,
    says: String,
    suggest: Option<String>,
    #[serde(default = "shape")]
    cause: String,
    #[serde(default)]
    except: Vec<String>,
}

fn shape() -> String {
    "shape".to_owned()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    fn all(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Credential {
    Word(String),
    Named(BTreeMap<String, String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    credentials: Option<Credential>,
    header: Option<String>,
    setting: Option<String>,
    says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tenant {
    r#in: String,
    name: String,
    required: String,
    form: Option<String>,
    #[serde(default)]
    says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    good: Vec<String>,
    #[serde(default)]
    bad: Vec<Bad>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    url: String,
    fault: String,
    #[serde(default)]
    named: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generic {
    mistakes: Vec<Mistake>,
    known_paths: Vec<KnownPath>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownPath {
    path: String,
    says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotReceivers {
    systems: Vec<NotReceiver>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotReceiver {
    id: String,
    name: String,
    recognised: Vec<Clue>,
    says: String,
    #[serde(default)]
    sure: bool,
}

/// Writes the tables to `$OUT_DIR/receivers.rs`.
pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("rules/receivers");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build/receivers.rs");
    println!("cargo::rerun-if-changed=build/programs.rs");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    let is_profile =
        |path: &&PathBuf| !path.ends_with("mistakes.yaml") && !path.ends_with("not-receivers.yaml");
    let mut out = String::new();
    let mut profiles = Vec::new();
    for path in files.iter().filter(is_profile) {
        let profile: Profile = read(path)?;
        if path
            .file_stem()
            .is_none_or(|stem| stem != profile.id.as_str())
        {
            return Err(format!("{}: its id is {}", path.display(), profile.id).into());
        }
        profiles.push(
            profile
                .code()
                .map_err(|error| format!("{}: {error}", path.display()))?,
        );
    }
    let generic: Generic = read(&folder.join("mistakes.yaml"))?;
    let systems: NotReceivers = read(&folder.join("not-receivers.yaml"))?;
    let mistakes = generic
        .mistakes
        .iter()
        .map(Mistake::code)
        .collect::<Result<Vec<_>, _>>()?;
    let paths = generic.known_paths.iter().map(KnownPath::code).collect();
    let systems = systems.systems.iter().map(NotReceiver::code).collect();
    write!(
        out,
        "{}{}{}{}",
        table("RECEIVERS", "Profile", profiles),
        table("MISTAKES", "Mistake", mistakes),
        table("KNOWN_PATHS", "KnownPath", paths),
        table("NOT_RECEIVERS", "NotReceiver", systems),
    )?;
    let target = PathBuf::from(env::var("OUT_DIR")?).join("receivers.rs");
    Ok(fs::write(target, out)?)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn table(name: &str, kind: &str, items: Vec<String>) -> String {
    let count = items.len();
    format!(
        "pub(super) static {name}: [{kind}; {count}] = [{}];\n",
        items.join(",\n")
    )
}

pub(crate) fn text(text: &str) -> String {
    format!("Borrowed({text:?})")
}

pub(crate) fn maybe(value: Option<&String>) -> String {
    value.map_or_else(
        || "None".to_owned(),
        |value| format!("Some({})", text(value)),
    )
}

pub(crate) fn list(items: Vec<String>) -> String {
    format!("Borrowed(&[{}])", items.join(", "))
}

pub(crate) fn texts(items: &[String]) -> String {
    list(items.iter().map(|item| text(item)).collect())
}

/// The variant that a word of the profile stands for.
fn word(kind: &str, words: &[(&str, &str)], found: &str) -> Result<String, String> {
    let known = words.iter().find(|(word, _)| *word == found);
    let (_, variant) = known.ok_or_else(|| format!("{found:?} is none of the words for {kind}"))?;
    Ok(format!("{kind}::{variant}"))
}

impl Profile {
    fn code(&self) -> Result<String, String> {
        let kinds = [
            ("saas", "Saas"),
            ("self_hosted", "SelfHosted"),
            ("adapter", "Adapter"),
        ];
        let sure = [("low", "Low"), ("medium", "Medium"), ("high", "High")];
        let tls = [
            ("public", "Public"),
            ("private", "Private"),
            ("depends", "Depends"),
        ];
        let versions = [
            ("no", "No"),
            ("opt_in", "OptIn"),
            ("yes", "Yes"),
            ("required", "Required"),
            ("unknown", "Unknown"),
        ];
        let mistakes = self.mistakes.iter().map(Mistake::code);
        let credentials = self.credentials.iter().map(Credential::code);
        let refuses = self.refuses.iter().map(Refusal::code);
        let parts = self.parts.iter().map(|(name, part)| part.code(name));
        let good = &self.examples.good;
        let bad = self.examples.bad.iter().map(Bad::code);
        Ok(format!(
            "Profile {{ id: {}, name: {}, short: {}, kind: {}, confidence: {}, recognised: {}, \
             urls: {}, parts: {}, mistakes: {}, credentials: {}, refuses: {}, tenant: {}, \
             tls: {}, remote_write_2: {}, remote_read: {}, external_labels: {}, notes: {}, program: {}, good: {}, bad: {}, \
             sources: {}, own: false, compiled: Lazy::new() }}",
            text(&self.id),
            text(&self.name),
            text(self.short.as_ref().unwrap_or(&self.name)),
            word("ReceiverKind", &kinds, &self.kind)?,
            word("Confidence", &sure, &self.confidence)?,
            list(self.recognised.iter().map(Clue::code).collect()),
            texts(&self.urls),
            list(parts.collect()),
            list(mistakes.collect::<Result<_, _>>()?),
            list(credentials.collect::<Result<_, _>>()?),
            list(refuses.collect::<Result<_, _>>()?),
            Tenant::code(self.tenant.as_ref())?,
            word("Tls", &tls, &self.tls)?,
            word("Version2", &versions, &self.remote_write_2)?,
            texts(&self.remote_read),
            texts(&self.external_labels),
            texts(&self.notes),
            Program::code(self.program.as_ref())?,
            texts(good),
            list(bad.collect()),
            texts(&self.sources),
        ))
    }
}

impl Clue {
    fn code(&self) -> String {
        format!(
            "Clue {{ host: {}, path: {}, port: {:?}, word: {}, label: {}, image: {}, \
             tag: {}, domain: {}, telling: {} }}",
            maybe(self.host.as_ref()),
            maybe(self.path.as_ref()),
            self.port,
            maybe(self.word.as_ref()),
            maybe(self.label.as_ref()),
            maybe(self.image.as_ref()),
            maybe(self.tag.as_ref()),
            self.domain,
            self.telling,
        )
    }
}

impl Part {
    fn code(&self, name: &str) -> String {
        format!(
            "Part {{ name: {}, form: {}, says: {} }}",
            text(name),
            maybe(self.form.as_ref()),
            text(&self.is),
        )
    }
}

impl Mistake {
    fn code(&self) -> Result<String, String> {
        let causes = [
            ("shape", "Shape"),
            ("scheme", "Scheme"),
            ("redirect", "Redirect"),
            ("secret", "Secret"),
        ];
        Ok(format!(
            "Mistake {{ id: {}, scheme: {}, host: {}, port: Borrowed(&{:?}), no_port: {}, path: {}, \
             query: {}, says: {}, suggest: {}, cause: {}, except: {} }}",
            text(&self.id),
            maybe(self.scheme.as_ref()),
            texts(self.host.all()),
            self.port.all(),
            self.no_port,
            texts(self.path.all()),
            texts(self.query.all()),
            text(&self.says),
            maybe(self.suggest.as_ref()),
            word("Cause", &causes, &self.cause)?,
            texts(&self.except),
        ))
    }
}

impl Credential {
    fn code(&self) -> Result<String, String> {
        let words = [
            ("none", "None"),
            ("bearer", "Bearer"),
            ("basic_auth", "BasicAuth"),
            ("oauth2", "OAuth2"),
            ("sigv4", "SigV4"),
            ("azuread", "AzureAd"),
            ("google_iam", "GoogleIam"),
            ("client_certificate", "ClientCertificate"),
        ];
        let named = [
            ("authorization", "Authorization"),
            ("header", "Header"),
            ("query", "Query"),
        ];
        match self {
            Self::Word(found) => word("Credential", &words, found),
            Self::Named(map) => {
                let mut all = map.iter();
                let (Some((kind, name)), None) = (all.next(), all.next()) else {
                    return Err("a credential has one key".to_owned());
                };
                Ok(format!(
                    "{}({})",
                    word("Credential", &named, kind)?,
                    text(name)
                ))
            }
        }
    }
}

impl Refusal {
    fn code(&self) -> Result<String, String> {
        let what = match (&self.credentials, &self.header, &self.setting) {
            (Some(credential), None, None) => format!("Credential({})", credential.code()?),
            (None, Some(header), None) => format!("Header({})", text(header)),
            (None, None, Some(setting)) => format!("Setting({})", text(setting)),
            _ => return Err("a refusal names credentials, a header or a setting".to_owned()),
        };
        Ok(format!(
            "Refusal {{ what: Refused::{what}, says: {} }}",
            text(&self.says)
        ))
    }
}

impl Tenant {
    fn code(tenant: Option<&Self>) -> Result<String, String> {
        let places = [
            ("none", "None"),
            ("host", "Host"),
            ("header", "Header"),
            ("path", "Path"),
            ("query", "Query"),
            ("token", "Token"),
            ("username", "Username"),
        ];
        let required = [("yes", "Yes"), ("no", "No"), ("depends", "Depends")];
        let none = Self {
            r#in: "none".to_owned(),
            name: String::new(),
            required: "no".to_owned(),
            form: None,
            says: String::new(),
        };
        let tenant = tenant.unwrap_or(&none);
        Ok(format!(
            "Tenant {{ place: {}, name: {}, required: {}, form: {}, says: {} }}",
            word("TenantPlace", &places, &tenant.r#in)?,
            text(&tenant.name),
            word("Required", &required, &tenant.required)?,
            maybe(tenant.form.as_ref()),
            text(&tenant.says),
        ))
    }
}

impl Bad {
    fn code(&self) -> String {
        format!(
            "BadExample {{ url: {}, fault: {}, named: {} }}",
            text(&self.url),
            text(&self.fault),
            self.named,
        )
    }
}

impl KnownPath {
    fn code(&self) -> String {
        format!(
            "KnownPath {{ path: {}, says: {} }}",
            text(&self.path),
            text(&self.says)
        )
    }
}

impl NotReceiver {
    fn code(&self) -> String {
        format!(
            "NotReceiver {{ id: {}, name: {}, recognised: {}, says: {}, sure: {} }}",
            text(&self.id),
            text(&self.name),
            list(self.recognised.iter().map(Clue::code).collect()),
            text(&self.says),
            self.sure,
        )
    }
}
