//! The program that a receiver runs as: its images, where its settings are, and their defaults.

use super::profile::{ProfileList, ProfileText};

/// The program of a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its images.
    pub images: ProfileList<ProgramImage>,
    /// The words that may come before its flags.
    pub commands: ProfileList<ProfileText>,
    /// The word without which the image is another program.
    pub subcommand: Option<ProfileText>,
    /// The words before the flags with which the image is another program, one that takes no samples.
    pub other_commands: ProfileList<ProfileText>,
    /// The values of the setting `part` with which it takes samples, the usual one first; empty if it
    /// always does.
    pub parts: ProfileList<ProfileText>,
    /// The flag of its configuration file, if that has settings below.
    pub file: Option<ProfileText>,
    /// Where it looks for that file without the flag.
    pub default_file: Option<ProfileText>,
    /// The flag of a web configuration of Prometheus's exporter-toolkit, with TLS and users.
    pub web_config: Option<ProfileText>,
    /// The flag with which settings come from somewhere that is not looked at.
    pub hidden_by: Option<ProfileText>,
    /// The paths at which it takes samples, behind the prefix; empty if there are more.
    pub paths: ProfileList<ProfileText>,
    /// The first release that takes remote write at all, where older ones do not.
    pub remote_write: Option<MajorMinor>,
    /// The first release that takes remote write 2.0, where one is known.
    pub remote_write_2: Option<MajorMinor>,
    /// Its settings, sorted by name.
    pub settings: ProfileList<ProgramSetting>,
}

/// Major and minor number of a release.
pub type MajorMinor = (u16, u16);

/// An image of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramImage {
    /// The last part of its name, without its publisher; with a slash, the last parts.
    pub name: ProfileText,
    /// The beginning of the tag.
    pub tag: Option<ProfileText>,
    /// Whether only the Docker Official Image is meant, which has no publisher.
    pub official: bool,
    /// The port at which the program listens without a setting.
    pub port: u16,
}

/// A setting, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSetting {
    /// Which setting.
    pub name: SettingName,
    /// The flag.
    pub flag: Option<ProfileText>,
    /// The feature of `--enable-feature` that turns it on.
    pub feature: Option<ProfileText>,
    /// The keys that lead to it in the configuration file, with dots between them.
    pub key: Option<ProfileText>,
    /// The variable of the environment.
    pub environment: Option<ProfileText>,
    /// The flag of a URL whose path it is where it is not set itself.
    pub url: Option<ProfileText>,
    /// Its value where it is not set.
    pub default: Option<ProfileText>,
}

/// A setting that promvet knows what to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingName {
    /// The port at which it takes requests, perhaps with an address.
    Port,
    /// What the paths of its interface begin with.
    Prefix,
    /// What its older paths begin with, where that can be moved; the usual one as default.
    OldPrefix,
    /// Whether it has several tenants.
    Tenants,
    /// Names a certificate, or turns TLS on.
    Tls,
    /// Names the user that it wants to see, or turns users on.
    Users,
    /// Names who may send without credentials: without it no one may.
    Anyone,
    /// Asks for a certificate of the client.
    ClientCertificate,
    /// Something by which limits of a tenant may differ from those below.
    Overrides,
    /// The part of the program that runs: without all of them, others may be set in other containers.
    Part,
    /// The samples of one request.
    BatchSamples,
    /// The burst as a multiple of the rate, which goes before the samples of one request.
    BatchFactor,
    /// The bytes of one request before compression.
    BatchBytes,
    /// Whether it keeps exemplars, or how many.
    Exemplars,
    /// Whether it keeps native histograms.
    NativeHistograms,
    /// How much older than the newest sample another one may be.
    OutOfOrderWindow,
    /// Whether it rejects samples of more than an age.
    RejectsOld,
    /// That age.
    MaxAge,
    /// Whether it tells replicas from each other.
    HaTracker,
    /// Whether it does so for tenants.
    HaSamples,
    /// The label of what the replicas are of.
    HaCluster,
    /// The label of the replica.
    HaReplica,
}

impl SettingName {
    /// Every setting, by its name in a profile, in order.
    pub(super) const ALL: &'static [(&'static str, Self)] = &[
        ("port", Self::Port),
        ("prefix", Self::Prefix),
        ("old_prefix", Self::OldPrefix),
        ("tenants", Self::Tenants),
        ("tls", Self::Tls),
        ("users", Self::Users),
        ("anyone", Self::Anyone),
        ("client_certificate", Self::ClientCertificate),
        ("overrides", Self::Overrides),
        ("part", Self::Part),
        ("batch_samples", Self::BatchSamples),
        ("batch_factor", Self::BatchFactor),
        ("batch_bytes", Self::BatchBytes),
        ("exemplars", Self::Exemplars),
        ("native_histograms", Self::NativeHistograms),
        ("out_of_order_window", Self::OutOfOrderWindow),
        ("rejects_old", Self::RejectsOld),
        ("max_age", Self::MaxAge),
        ("ha_tracker", Self::HaTracker),
        ("ha_samples", Self::HaSamples),
        ("ha_cluster", Self::HaCluster),
        ("ha_replica", Self::HaReplica),
    ];
}

impl Program {
    /// A setting, if the program has it.
    pub(crate) fn setting(&self, name: SettingName) -> Option<&ProgramSetting> {
        self.settings.iter().find(|setting| setting.name == name)
    }
}
