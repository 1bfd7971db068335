//! Which program an image is.

use super::program::{Program, ProgramImage};
use crate::facts::deployment::Image;

impl Program {
    /// Which of its images a container runs.
    pub(in crate::facts) fn image(&self, image: &Image) -> Option<&ProgramImage> {
        self.images.iter().find(|known| known.is(image))
    }
}

/// Whether what is before the name of an image makes it a Docker Official Image.
pub(super) fn is_official(before: &str) -> bool {
    matches!(before, "" | "library/" | "docker.io/library/")
}

impl ProgramImage {
    fn is(&self, image: &Image) -> bool {
        let before = image.repository().strip_suffix(self.name.as_ref());
        before.is_some_and(|before| match self.official {
            true => is_official(before),
            false => before.is_empty() || before.ends_with('/'),
        }) && self
            .tag
            .as_ref()
            .is_none_or(|tag| image.tag().is_some_and(|own| own.starts_with(tag.as_ref())))
    }
}
