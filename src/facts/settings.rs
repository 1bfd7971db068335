//! What a receiver of the tree is set to: by its flags, and by its configuration where the tree has it.

mod ini;
mod limits;
mod reading;

use std::path::Path;
use std::sync::Arc;

use super::Facts;
use super::deployment::{
    Arguments, AtPath, Deployment, GATEWAY_USERS, Image, MountSource, PartKind, ResolvedPath,
    VolumeSource,
};
use super::receiver::{MajorMinor, Program, ProgramOf, SettingName, TenantPlace};
use super::service_match::ServiceMatch;
use crate::finding::{Evidence, Finding, Place, Severity, Text};
use crate::source::LARGEST;
pub use limits::{HaTracker, ReceiverLimits};
use reading::{ProgramFile, ProgramReading};

/// The flag of the web configuration of Prometheus, with TLS and users.
pub(crate) const WEB_FILE: &str = "web.config.file";

/// A setting, and what shows it; nothing for a default.
#[derive(Clone, Debug)]
pub struct KnownSetting<T> {
    /// Its value.
    pub value: T,
    /// Where it is set.
    pub place: Option<Place>,
}

/// A part of a receiver that takes no samples.
#[derive(Clone, Debug)]
pub struct OtherPart {
    /// The part that runs, and where that is said.
    pub runs: KnownSetting<String>,
    /// The part that takes samples.
    pub wanted: String,
}

/// What a receiver is set to; a setting that is unknown is none.
#[derive(Clone, Debug, Default)]
pub struct ReceiverSettings {
    /// The container, for people.
    pub container: String,
    /// What runs in it.
    pub program: String,
    /// The ports at which it takes requests, one for each setting.
    pub ports: Option<Vec<KnownSetting<u16>>>,
    /// What the paths of its interface begin with: empty or with a slash.
    pub prefix: Option<KnownSetting<String>>,
    /// What its older paths begin with, if that is set, and what they usually begin with.
    pub moved_prefix: Option<(String, String)>,
    /// Whether its paths may begin with something that is unknown.
    pub hides_prefix: bool,
    /// The header in which it reads the tenant, if it does so in one.
    pub tenant_header: Option<String>,
    /// Whether it wants the name of a tenant.
    pub tenants: Option<KnownSetting<bool>>,
    /// Whether it speaks TLS.
    pub tls: Option<KnownSetting<bool>>,
    /// Whether it wants a user.
    pub users: Option<KnownSetting<bool>>,
    /// The names of all its users.
    pub user_names: Option<KnownSetting<Vec<String>>>,
    /// Whether it wants a certificate of the client.
    pub client_certificate: Option<KnownSetting<bool>>,
    /// What runs, if that takes no samples.
    pub other_part: Option<OtherPart>,
    /// The paths at which it takes samples, behind the prefix; empty if there are more.
    pub paths: Vec<String>,
    /// Its release, and the first one that takes remote write, if its own is older.
    pub lacks_intake: Option<(MajorMinor, MajorMinor)>,
    /// Its release, and the first one that takes remote write 2.0, if its own is older.
    pub lacks_version_2: Option<(MajorMinor, MajorMinor)>,
    /// Its release, if the tag of its image tells.
    pub release: Option<MajorMinor>,
    /// What it does not take, or does not keep.
    pub limits: ReceiverLimits,
    /// Whether its configuration file is in the tree.
    pub has_file: bool,
    /// Its image and how one gets there.
    pub evidence: Vec<Evidence>,
    /// What may change requests on the way to it: a proxy of a mesh beside it.
    pub doubt: Option<Evidence>,
}

fn here(value: bool, place: &Place) -> KnownSetting<bool> {
    KnownSetting {
        value,
        place: Some(place.clone()),
    }
}

/// Whether a command line starts the program of a receiver: an image may hold several.
fn is_started(program: &Program, arguments: &Arguments) -> bool {
    let is_command = |word: &str| arguments.list.iter().any(|argument| argument.text == word);
    let subcommand = program.subcommand.as_deref();
    let hidden_by = program.hidden_by.as_deref();
    subcommand.is_none_or(is_command) && hidden_by.is_none_or(|flag| arguments.flag(flag).is_none())
}

impl Facts<'_> {
    /// What the receiver is set to that answers at an endpoint, if it is one container of the tree whose
    /// image and command line are in sight.
    #[must_use]
    pub fn receiver_settings(&self, answering: &[ServiceMatch<'_>]) -> Option<ReceiverSettings> {
        let [only] = answering else { return None };
        let container = only.container.filter(|_| only.changes.is_empty())?;
        let arguments = &container.arguments;
        let image = container.image.as_ref()?;
        let ProgramOf {
            profile,
            program,
            port,
        } = self.catalog.program(image)?;
        if let Some(other_part) = other_command(arguments, program) {
            return Some(ReceiverSettings {
                container: container.name.clone(),
                program: profile.short.to_string(),
                other_part: Some(other_part),
                evidence: only.shown(),
                ..ReceiverSettings::default()
            });
        }
        let commands: Vec<_> = program.commands.iter().map(AsRef::as_ref).collect();
        if only.itself.is_some() || arguments.may_have_more(&commands) {
            return None;
        }
        if !is_started(program, arguments) {
            return None;
        }
        let release = release_of(image).filter(|_| !only.has_other_tag);
        let read = ProgramReading {
            arguments,
            environment: &container.environment,
            file: self.program_file(only, program),
            program,
        };
        let mut settings = ReceiverSettings {
            container: container.name.clone(),
            program: profile.short.to_string(),
            ports: read.ports(port),
            hides_prefix: read.prefix().is_none() && program.setting(SettingName::Prefix).is_some(),
            prefix: read.prefix(),
            moved_prefix: read.moved_prefix(),
            tenant_header: (profile.tenant.place == TenantPlace::Header)
                .then(|| profile.tenant.name.to_string()),
            tenants: read.switch(SettingName::Tenants),
            tls: read.is_set(SettingName::Tls),
            users: read
                .is_set(SettingName::Users)
                .or_else(|| read.without_anyone()),
            user_names: read.user_name(),
            client_certificate: read.is_set(SettingName::ClientCertificate),
            other_part: read.other_part(),
            paths: program.paths.iter().map(ToString::to_string).collect(),
            lacks_intake: older_than(release, program.remote_write),
            lacks_version_2: older_than(release, program.remote_write_2),
            release,
            limits: ReceiverLimits::of(&read),
            has_file: matches!(read.file, ProgramFile::Document(_)),
            evidence: only.shown(),
            doubt: only.named.injected().cloned(),
        };
        let of_gateway = arguments.value(GATEWAY_USERS);
        if let Some((_, place)) = of_gateway.filter(|(value, _)| *value == "true") {
            settings.users = Some(here(true, place));
        }
        if let Some(flag) = program.web_config.as_deref() {
            let file = self.file_of(only, Some(flag));
            let web = file.web_settings();
            settings.tls = web.tls;
            settings.users = web.users;
            settings.user_names = web.user_names;
            settings.client_certificate = web.client_certificate;
        }
        Some(settings)
    }

    /// Whether an image is that of a receiver whose settings are known.
    #[must_use]
    pub fn is_receiver(&self, image: &Image) -> bool {
        self.catalog.program(image).is_some()
    }

    /// The configuration file of a program, by its flag or where it is without one.
    fn program_file(&self, service: &ServiceMatch<'_>, program: &Program) -> ProgramFile {
        let file = self.file_of(service, program.file.as_deref());
        let (ProgramFile::None, Some(path), Some(deployment)) =
            (&file, program.default_file.as_deref(), service.deployment)
        else {
            return file;
        };
        match deployment.resolve(self.files.tree, path) {
            ResolvedPath::NotMounted(_) => ProgramFile::None,
            _ => self.file_at(deployment, path),
        }
    }

    /// The file that a flag of a container names.
    fn file_of(&self, service: &ServiceMatch<'_>, flag: Option<&str>) -> ProgramFile {
        let arguments = service.container.map(|container| &container.arguments);
        let Some((path, _)) = arguments.zip(flag).and_then(|(all, flag)| all.value(flag)) else {
            return ProgramFile::None;
        };
        match service.deployment {
            Some(deployment) => self.file_at(deployment, path),
            None => ProgramFile::Unknown,
        }
    }

    /// A file of a container; unknown where a patch changes the object that it comes from.
    fn file_at(&self, deployment: &Deployment, path: &str) -> ProgramFile {
        let patches = self.shared.patches(&self.files);
        let is_patched = |part: &VolumeSource| match &part.kind {
            PartKind::Object {
                kind,
                name,
                providers,
            } => {
                // Of several, such as a generator of an overlay that replaces another one, any may count.
                providers.len() > 1
                    || providers.iter().any(|provider| {
                        let file = self.absolute(provider.place.path());
                        patches.of(kind, name, &file, &[]).next().is_some()
                    })
            }
            _ => false,
        };
        let mounts = deployment.mounts.iter();
        let mut volumes = mounts.filter_map(|mount| match &mount.source {
            MountSource::Keys(volume) if path.starts_with(&mount.path) => Some(volume),
            _ => None,
        });
        match volumes.any(|volume| volume.parts.iter().any(is_patched)) {
            true => ProgramFile::Unknown,
            false => ProgramFile::read(self.text_at(deployment, path).as_ref(), path),
        }
    }

    /// What is at a path in a container, if that is in the tree. Its lines are not shown, since anything
    /// may be there.
    #[must_use]
    pub fn text_at(&self, deployment: &Deployment, path: &str) -> Option<Arc<Text>> {
        let ResolvedPath::Provided(found) = deployment.resolve(self.files.tree, path) else {
            return None;
        };
        match (&found.tree_file, &found.written) {
            (Some(file), _) => text_of(self, file),
            (None, Some(written)) => written.text.clone(),
            (None, None) => None,
        }
    }
}

/// A word before the flags by which the image runs another program.
fn other_command(arguments: &Arguments, program: &Program) -> Option<OtherPart> {
    let words = arguments.list.iter();
    let mut words = words.take_while(|word| !word.text.starts_with('-'));
    let others = &program.other_commands;
    let word = words.find(|word| others.iter().any(|other| *other == word.text))?;
    Some(OtherPart {
        runs: KnownSetting {
            value: word.text.clone(),
            place: Some(word.place.clone()),
        },
        wanted: program.subcommand.as_deref()?.to_owned(),
    })
}

/// The largest file that is read as a certificate, in bytes: bundles of all public authorities have 0.3 MB.
const LARGEST_PEM: u64 = 4 * 1024 * 1024;

impl Facts<'_> {
    /// What a container has at a path, as far as the tree tells. A file that git ignores, or that a
    /// script names, may be made before the container starts; `shown` is the file that asks for it.
    pub(crate) fn look_at(&self, deployment: &Deployment, path: &str, shown: &str) -> AtPath {
        let tree = self.files.tree;
        let found = match deployment.resolve(tree, path) {
            ResolvedPath::NotMounted(lacking) => return AtPath::Absent(lacking.near),
            ResolvedPath::Provided(found) => found,
            _ => return AtPath::Unknown,
        };
        if let Some(written) = &found.written {
            let whole = written.content.whole();
            return whole.map_or(AtPath::Unknown, |bytes| AtPath::Content(bytes.to_vec()));
        }
        let Some(file) = found.tree_file else {
            return AtPath::Unknown;
        };
        if tree.metadata(&file).is_ok() {
            let is_inside = tree.within(&file, &[&self.files.bounds]).unwrap_or(false);
            let content = is_inside.then(|| tree.read(&file, LARGEST_PEM).ok());
            return content.flatten().map_or(AtPath::Unknown, AtPath::Content);
        }
        let folder = file.parent().unwrap_or(&file);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_made = || {
            tree.is_ignored_by_git(&file, &self.files.bounds)
                || self.written_by(&name, shown).is_some()
        };
        let is_folder = found.mount.path != path && tree.list(folder).is_ok();
        match is_folder && !is_made() {
            true => AtPath::Absent(found.near),
            false => AtPath::Unknown,
        }
    }
}

/// The release that the tag of an image names, such as 2.14 of `2.14.3`.
fn release_of(image: &Image) -> Option<MajorMinor> {
    let tag = image.tag()?;
    let mut numbers = tag.strip_prefix('v').unwrap_or(tag).split(['.', '-', '+']);
    let mut number = || numbers.next()?.parse().ok();
    Some((number()?, number()?))
}

/// A release, if it is older than the first that has something, and that first one.
fn older_than(
    release: Option<MajorMinor>,
    since: Option<MajorMinor>,
) -> Option<(MajorMinor, MajorMinor)> {
    let (own, since) = (release?, since?);
    (own < since).then_some((own, since))
}

/// A file of the tree. Its lines are not shown, since anything may be in it.
pub(super) fn text_of(facts: &Facts<'_>, file: &Path) -> Option<Arc<Text>> {
    let tree = facts.files.tree;
    let is_inside = tree.within(file, &[&facts.files.bounds]).unwrap_or(false);
    let bytes = is_inside.then(|| tree.read(file, LARGEST).ok())??;
    Some(Text::new(tree.shown(file), bytes))
}

impl ReceiverSettings {
    /// A finding that rests on them, one level lower where something may change the requests.
    #[must_use]
    pub fn with_severity_of_certainty(&self, mut finding: Finding) -> Finding {
        if let Some(doubt) = &self.doubt {
            finding.severity = match finding.severity {
                Severity::Error => Severity::Warning,
                _ => Severity::Info,
            };
            finding.evidence.push(doubt.clone());
        }
        finding
    }

    /// How a setting is known: by its place, or by the image and its flags.
    #[must_use]
    pub fn evidence_of<T>(&self, setting: &KnownSetting<T>, what: &str) -> Vec<Evidence> {
        let mut out = self.evidence.clone();
        out.extend(setting.place.iter().map(|place| {
            // A text with such a setting is what it was read as.
            place.text().recognize_words();
            Evidence {
                place: place.clone(),
                message: what.to_owned(),
            }
        }));
        out
    }
}
