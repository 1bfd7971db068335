//! Which release of the Prometheus Operator a tree installs, by the tag of its image.

use std::sync::Arc;

use memchr::memmem;

use super::Facts;
use crate::finding::Text;

/// What comes before the minor release in the name of the image: all releases are `0.x`.
const IMAGE: &str = "/prometheus-operator:v0.";

/// The first Operator that runs Prometheus 3 where nothing says which one (prometheus-operator v0.79.0
/// `pkg/operator/defaults.go`).
const WITH_PROMETHEUS_3: u16 = 79;

/// Whether a file may tell.
pub(super) fn may_tell(bytes: &[u8]) -> bool {
    memmem::find(bytes, IMAGE.as_bytes()).is_some()
}

/// The newest minor release in some files.
pub(super) fn newest(texts: &[Arc<Text>]) -> Option<u16> {
    let of_text = |text: &Arc<Text>| {
        let content = text.content();
        let ends = |rest: &str| rest.find(|c: char| !c.is_ascii_digit());
        let minors = content.match_indices(IMAGE).filter_map(|(at, found)| {
            let rest = content.get(at + found.len()..)?;
            rest.get(..ends(rest).unwrap_or(rest.len()))?.parse().ok()
        });
        minors.max()
    };
    texts.iter().filter_map(of_text).max()
}

impl Facts<'_> {
    /// The minor release of the Prometheus Operator that the tree installs; the newest of several.
    #[must_use]
    pub fn operator_release(&self) -> Option<u16> {
        self.shared.operator_release()
    }

    /// Whether the Operator of the tree runs a Prometheus before 3.0 where nothing says which one.
    #[must_use]
    pub fn has_old_operator(&self) -> bool {
        let release = self.operator_release();
        release.is_some_and(|release| release < WITH_PROMETHEUS_3)
    }
}

#[cfg(test)]
mod tests {
    use super::newest;
    use crate::finding::Text;

    #[test]
    fn the_newest_tag_counts() {
        let text = |content: &str| Text::new("a.yaml", content.into());
        let of = |content: &str| newest(&[text(content)]);
        assert_eq!(
            of("image: quay.io/coreos/prometheus-operator:v0.22.2"),
            Some(22)
        );
        assert_eq!(
            of("image: quay.io/prometheus-operator/prometheus-operator:v0.79.2"),
            Some(79)
        );
        assert_eq!(
            of("image: quay.io/prometheus-operator/prometheus-config-reloader:v0.44.1"),
            None
        );
        assert_eq!(
            of("image: a/prometheus-operator:v0.1\n  image: a/prometheus-operator:v0.40.0"),
            Some(40)
        );
        assert_eq!(
            of("image: a/prometheus-operator:v0.{{ .Values.minor }}"),
            None
        );
    }
}
