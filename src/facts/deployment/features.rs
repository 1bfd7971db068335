//! Which features of Prometheus a deployment turns on.

use super::model::Deployment;
use crate::finding::{Evidence, Place};

/// What is known of a feature that `--enable-feature` turns on.
#[derive(Clone, Debug)]
pub enum FeatureStatus<'d> {
    /// The command line names it: where.
    On(&'d Place),
    /// The command line is in the tree, and does not name it.
    Off(Evidence),
    /// What is seen does not tell.
    Unknown,
}

impl Deployment {
    /// Whether a feature is turned on.
    #[must_use]
    pub fn feature(&self, name: &str) -> FeatureStatus<'_> {
        if let Some(place) = self.arguments.feature(name) {
            return FeatureStatus::On(place);
        }
        let is_written = !self.arguments.list.is_empty();
        let has_gaps = self.arguments.has_gaps() || self.is_started_by_something_else();
        if has_gaps || !self.doubts.is_empty() || !(is_written || self.known_image().is_some()) {
            return FeatureStatus::Unknown;
        }
        let others = self.arguments.features().last().map(|(_, place)| place);
        let first = || self.arguments.list.first().map(|first| &first.place);
        let image = || self.image.as_ref().map(|image| &image.place);
        let place = others.or_else(first).or_else(image).unwrap_or(&self.place);
        FeatureStatus::Off(Evidence {
            place: place.clone(),
            message: format!("{} is started here, without the feature", self.name),
        })
    }
}
