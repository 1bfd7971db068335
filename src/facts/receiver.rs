//! Receivers: who accepts remote write, how their URLs look, and what they take.
//!
//! What is known of them is data, one file each in `rules/receivers/`, built into the program as
//! tables; a user's own profiles have the same form and go first. [`recognize`] finds out which
//! receivers an endpoint may be meant for, [`judge`] what is wrong with its URL for them. Both say
//! what is sure and no more: a host that no one knows is never taken for a vendor's.

mod compiled;
mod fit;
mod image;
mod judge;
mod mistake;
mod near;
mod page;
mod pattern;
mod profile;
mod program;
mod read;
mod reader;
mod reading;
mod recognize;
mod shape;
mod written;

use std::borrow::Cow;
use std::ops::Range;

use crate::facts::deployment::Image;
use crate::prometheus::endpoint::Endpoint;

pub use compiled::Lazy;
pub use judge::{ShapeFault, judge};
pub use profile::{
    BadExample, Cause, Clue, Confidence, Credential, KnownPath, Mistake, MustBeGiven, NotReceiver,
    Profile, ProfileList, ProfileText, ReceiverKind, Refusal, Refused, Tenant, TenantPlace, Tls,
    UrlPart, Version2, names_tenant,
};
pub use program::{MajorMinor, Program, ProgramImage, ProgramSetting, SettingName};
pub use read::{ProfileError, read_profile};
pub use reading::{ReadPath, near_read_path, read_path};
pub use recognize::{Hints, ReceiverCandidate, ReceiverCertainty, Recognition, recognize};

#[rustfmt::skip]
mod built_in {
    use super::profile::*;
    use super::program::{Program, ProgramImage, ProgramSetting, SettingName};
    use super::compiled::Lazy;
    use std::borrow::Cow::Borrowed;
    include!(concat!(env!("OUT_DIR"), "/receivers.rs"));
}

/// All profiles: the user's own, and those built in.
#[derive(Debug, Default)]
pub struct Catalog {
    own: Vec<Profile>,
}

impl Catalog {
    /// The built-in profiles, with a user's own in front. An own one of the same name takes the
    /// place of the built-in one.
    #[must_use]
    pub fn new(mut own: Vec<Profile>) -> Self {
        for profile in &mut own {
            profile.own = true;
        }
        Self { own }
    }

    /// Every profile, own ones first.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        let replaced = |profile: &&Profile| !self.own.iter().any(|own| own.id == profile.id);
        self.own.iter().chain(built_in().iter().filter(replaced))
    }

    /// The program that an image runs, and the profile of it.
    pub(in crate::facts) fn program(&self, image: &Image) -> Option<ProgramOf<'_>> {
        self.profiles().find_map(|profile| {
            let program = profile.program.as_ref()?;
            let image = program.image(image)?;
            Some(ProgramOf {
                profile,
                program,
                port: image.port,
            })
        })
    }

    /// The profile of a name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Profile> {
        self.profiles().find(|profile| profile.id == id)
    }
}

/// The program of a container.
pub(in crate::facts) struct ProgramOf<'c> {
    pub(in crate::facts) profile: &'c Profile,
    pub(in crate::facts) program: &'c Program,
    /// The port at which it listens without a setting.
    pub(in crate::facts) port: u16,
}

/// The profiles of `rules/receivers/`, by name.
#[must_use]
pub fn built_in() -> &'static [Profile] {
    &built_in::RECEIVERS
}

/// Systems without a documented intake.
#[must_use]
pub fn not_receivers() -> &'static [NotReceiver] {
    &built_in::NOT_RECEIVERS
}

/// What a receiver's form names in a URL: `tenant`, `instance`, … and where.
#[must_use]
pub fn parts(
    endpoint: &Endpoint,
    candidate: &ReceiverCandidate<'_>,
) -> Vec<(String, Range<usize>)> {
    fit::parts(endpoint, candidate.profile, candidate.domain.as_deref())
}

/// The mistakes that no receiver accepts.
fn generic_mistakes() -> &'static [Mistake] {
    &built_in::MISTAKES
}

/// The write paths that tell whose they are.
fn known_paths() -> &'static [KnownPath] {
    &built_in::KNOWN_PATHS
}

/// An owned text of a profile.
#[must_use]
pub fn text(text: &str) -> ProfileText {
    Cow::Owned(text.to_owned())
}
