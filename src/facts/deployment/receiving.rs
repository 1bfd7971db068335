//! Whether a Prometheus takes remote write, by its command line.

use super::arguments::Argument;
use super::image::Image;
use super::model::Deployment;
use super::programs::listens_by_configuration;
use crate::finding::{Evidence, Place};

/// The flag that switches the receiver on, since 2.33 (prometheus/prometheus `CHANGELOG.md`).
const FLAG: &str = "web.enable-remote-write-receiver";

/// The feature that did so from 2.25 on; 3.0 ignores it
/// (prometheus/prometheus `docs/migration.md`).
const FEATURE: &str = "remote-write-receiver";

/// The port without `--web.listen-address`.
const PORT: u16 = 9090;

/// Whether a Prometheus takes remote write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiving {
    /// It does, or what is seen does not tell.
    Possible,
    /// It does not.
    Off(RemoteWriteOffReason),
}

/// Why a Prometheus takes no remote write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteWriteOffReason {
    /// What is missing: a flag, or a version.
    pub missing: Missing,
    /// Whether nothing that is not seen here can have switched it on.
    pub is_sure: bool,
}

/// What a Prometheus needs to take remote write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `--web.enable-remote-write-receiver`.
    Flag,
    /// The same, where the feature that 3.0 removed is named.
    FlagForFeature,
    /// `--enable-feature=remote-write-receiver`, before 2.33.
    Feature,
    /// A version from 2.25 on.
    Version,
}

impl Missing {
    /// The word in fingerprints.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::FlagForFeature => "flag-for-feature",
            Self::Feature => "feature",
            Self::Version => "version",
        }
    }
}

impl Deployment {
    /// Whether it takes remote write.
    #[must_use]
    pub fn receiving(&self) -> Receiving {
        self.receiving_beside(&[])
    }

    /// The same where nothing but `others`, which are looked at too, may start it in another way.
    #[must_use]
    pub fn receiving_beside(&self, others: &[&Self]) -> Receiving {
        let feature = self.features_of_receiver().next().is_some();
        let tag = self.known_image().and_then(Image::pulled_tag);
        let is_newest = tag == Some("latest");
        let missing = match (self.release(), self.has_flag(FLAG), feature) {
            (Some(release), ..) if release < (2, 25) => Missing::Version,
            (_, true, _) => return Receiving::Possible,
            (Some(release), _, false) if release < (2, 33) => Missing::Feature,
            (_, _, false) => Missing::Flag,
            (Some(release), _, true) if release >= (3, 0) => Missing::FlagForFeature,
            (None, _, true) if is_newest => Missing::FlagForFeature,
            (_, _, true) => return Receiving::Possible,
        };
        if self.is_started_by_something_else() {
            return Receiving::Possible;
        }
        let official = self.known_image().is_some();
        let is_other = |doubt: &Evidence| {
            let mut others = others.iter().filter(|other| !std::ptr::eq(**other, self));
            others.any(|other| other.place.order() == doubt.place.order())
        };
        Receiving::Off(RemoteWriteOffReason {
            missing,
            // The tag may have been pulled before 3.0.
            is_sure: official
                && self.doubts.iter().all(is_other)
                && !(is_newest && missing == Missing::FlagForFeature),
        })
    }

    /// Where the feature that switched the receiver on before 3.0 is named.
    pub fn features_of_receiver(&self) -> impl Iterator<Item = &Place> {
        let named = |(name, place)| (name == FEATURE).then_some(place);
        self.arguments.features().filter_map(named)
    }

    /// Whether it serves HTTP at a port; unknown where a variable hides the port.
    #[must_use]
    pub fn listens_at(&self, port: u16) -> Option<bool> {
        let Some((address, _)) = self.arguments.value("web.listen-address") else {
            return Some(port == PORT);
        };
        let own: u16 = address.rsplit(':').next()?.parse().ok()?;
        Some(own == port)
    }

    /// Whether it surely does not listen on a port, unless the text of its configuration has it.
    #[must_use]
    pub fn is_deaf_at(&self, port: u16) -> bool {
        let is_prometheus = self.base.is_none() && self.known_image().is_some();
        is_prometheus && self.listens_at(port) == Some(false)
            || listens_by_configuration(self, port)
    }

    /// Whether a variable names a proxy, which programs other than Prometheus heed (golang.org/x/net
    /// `http/httpproxy`).
    #[must_use]
    pub fn has_proxy(&self) -> bool {
        let mut all = self.environment.iter();
        self.prometheus.is_none()
            && all.any(|one| one.name.to_ascii_uppercase().ends_with("_PROXY"))
    }

    /// Its release, as major and minor number.
    #[must_use]
    pub fn release(&self) -> Option<(u16, u16)> {
        let mut numbers = self.version()?.split('.').map(|number| number.parse().ok());
        let major = numbers.next()??;
        // A tag such as `v2` is the newest of its kind.
        Some((major, numbers.next().map_or(Some(u16::MAX), |minor| minor)?))
    }

    /// Whether a switch is set, in whatever form it is passed on.
    fn has_flag(&self, flag: &str) -> bool {
        let mut list = self.arguments.list.iter();
        self.arguments.switch(flag).is_some() || list.any(|argument| is_line_with(argument, flag))
    }

    /// Whether a script or a variable may add flags that are not seen.
    pub(crate) fn is_started_by_something_else(&self) -> bool {
        let list = &self.arguments.list;
        let is_program =
            |argument: &Argument| argument.text.rsplit('/').next() == Some("prometheus");
        let first = list.first().filter(|first| !first.text.starts_with('-'));
        let by_script = first.is_some() && !list.iter().any(is_program);
        let is_open = |argument: &Argument| {
            argument.text.starts_with(['$', '{', '@'])
                || argument.text.starts_with('-') && has_hidden(argument)
        };
        by_script || list.iter().any(is_open)
    }
}

/// Whether the name of a flag depends on a variable: one in its value adds no other flag.
fn has_hidden(argument: &Argument) -> bool {
    let name = argument.text.split('=').next().unwrap_or("");
    name.contains('$')
}

/// Whether an argument is a line for a shell that has a flag in it.
fn is_line_with(argument: &Argument, flag: &str) -> bool {
    argument.text.contains(char::is_whitespace) && argument.text.contains(flag)
}

impl Missing {
    /// What is wrong, as the end of "… runs Prometheus".
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Flag => "without `--web.enable-remote-write-receiver`",
            Self::FlagForFeature => "with the feature `remote-write-receiver`, removed in 3.0",
            Self::Feature => "without `--enable-feature=remote-write-receiver`",
            Self::Version => "in a version before 2.25, which has no receiver",
        }
    }

    /// What switches the receiver on; none where only a newer version does.
    #[must_use]
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Flag | Self::FlagForFeature => Some("--web.enable-remote-write-receiver"),
            Self::Feature => Some("--enable-feature=remote-write-receiver"),
            Self::Version => None,
        }
    }
}

/// What shows that it runs Prometheus without the receiver.
impl Deployment {
    /// The evidence for what [`Self::receiving`] says.
    #[must_use]
    pub fn evidence_of_receiving(&self) -> Vec<Evidence> {
        let mut out: Vec<Evidence> = self.prometheus.iter().cloned().collect();
        let feature = self.features_of_receiver().map(|place| Evidence {
            place: place.clone(),
            message: "3.0 and later ignore this feature".to_owned(),
        });
        out.extend(feature);
        match self.arguments.list.last().filter(|_| out.len() < 2) {
            Some(last) => out.push(Evidence {
                place: last.place.clone(),
                message: "with these flags, which do not include it".to_owned(),
            }),
            None if out.len() < 2 && self.known_image().is_some() => {
                if let Some(first) = out.first_mut() {
                    first
                        .message
                        .push_str(", with the flags of the image, which do not include it");
                }
            }
            None => {}
        }
        out
    }
}
