//! Names of container images, and what is known of the official ones.

use crate::finding::Place;

/// A container image as it is named.
#[derive(Clone, Debug)]
pub struct Image {
    /// The name with registry, tag and digest; variables without a value stay as written.
    pub name: String,
    /// Where it is named.
    pub place: Place,
}

/// How much a name looks like an image of Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrometheusLikelihood {
    /// Its last part is `prometheus`.
    Surely,
    /// The word is in it, as in `acme-prometheus`.
    Perhaps,
    /// It is something else.
    No,
}

/// The name of an image without the registry and the folder that are meant where none is written
/// (distribution/reference `ParseDockerRef`).
#[must_use]
pub fn bare_name(name: &str) -> &str {
    [
        "docker.io/library/",
        "index.docker.io/library/",
        "docker.io/",
        "index.docker.io/",
        "library/",
    ]
    .iter()
    .find_map(|registry| name.strip_prefix(registry))
    .unwrap_or(name)
}

/// Words of images that go with Prometheus and are not it.
const OTHERS: &[&str] = &[
    "exporter",
    "operator",
    "reloader",
    "adapter",
    "pushgateway",
    "alertmanager",
    "gateway",
    "proxy",
    "webhook",
    "msteams",
    "demo",
    "sidecar",
    "sd",
    "benchmark",
];

/// Other programs with a flag `config.file`. Their names tell in paths of configurations too.
const SIMILAR: &[&str] = &[
    "alertmanager",
    "blackbox",
    "cortex",
    "exporter",
    "loki",
    "mimir",
    "promtail",
    "pushgateway",
    "pyroscope",
    "snmp",
    "tempo",
    "thanos",
];

/// Words of images of other programs with that flag that mean nothing in a path.
const SIMILAR_IMAGES: &[&str] = &["agent", "alloy", "collector", "grafana", "karma", "vmagent"];

/// Whether a text, such as the path of a configuration, names a program that is not Prometheus and
/// has a flag `config.file`.
pub(super) fn names_similar(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| SIMILAR.contains(&word))
}

/// Folders of the official image that it brings files in (Dockerfile of prometheus/prometheus and
/// of its base image prometheus/busybox: certificates, time zones, consoles).
const BROUGHT: &[&str] = &["/etc/ssl/certs", "/usr/share", "/bin", "/etc/passwd"];

impl Image {
    /// The tag, if it is written out.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        let tag = self.split().1?;
        (!tag.contains(['$', '{', '<'])).then_some(tag)
    }

    /// The tag that is pulled, if it is known: `latest` where neither tag nor digest is written.
    #[must_use]
    pub fn pulled_tag(&self) -> Option<&str> {
        match self.split().1 {
            Some(_) => self.tag(),
            None => (!self.name.contains(['@', '$', '{', '<'])).then_some("latest"),
        }
    }

    /// The version of Prometheus by the tag, such as `2.53.1` of `v2.53.1-distroless`.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let tag = self
            .tag()
            .filter(|_| self.prometheus_likelihood() != PrometheusLikelihood::No)?;
        let digits = tag.strip_prefix('v').unwrap_or(tag);
        let version = digits.split(['-', '+']).next()?;
        let mut numbers = version.split('.');
        let counts = !version.is_empty() && version.split('.').count() <= 3;
        let all =
            numbers.all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        (counts && all).then_some(version)
    }

    /// Its name without tag and digest.
    #[must_use]
    pub fn repository(&self) -> &str {
        self.split().0
    }

    /// Whether another one is the same but for the tag.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        bare_name(self.repository()) == bare_name(other.repository())
    }

    /// The name without tag and digest, and the tag.
    fn split(&self) -> (&str, Option<&str>) {
        let name = self.name.split('@').next().unwrap_or("");
        let last = name.rfind('/').map_or(0, |at| at + 1);
        // A colon before the last slash belongs to the registry's port.
        let colon = name.get(last..).and_then(|part| part.find(':'));
        match colon.and_then(|at| name.split_at_checked(last + at)) {
            Some((name, tag)) => (name, tag.get(1..)),
            None => (name, None),
        }
    }

    pub(super) fn prometheus_likelihood(&self) -> PrometheusLikelihood {
        let (name, _) = self.split();
        let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        let mut words = last.split(['-', '_', '.']);
        if last == "prometheus" {
            PrometheusLikelihood::Surely
        } else if words.clone().any(|word| OTHERS.contains(&word)) {
            PrometheusLikelihood::No
        } else if words.any(|word| word == "prometheus") {
            PrometheusLikelihood::Perhaps
        } else {
            PrometheusLikelihood::No
        }
    }

    /// Whether it is that of another program, by its name. What a variable names may be any.
    pub(super) fn is_of_another(&self) -> bool {
        let name = self.repository().to_ascii_lowercase();
        let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
        let is_other = |word: &str| SIMILAR_IMAGES.contains(&word) || OTHERS.contains(&word);
        names_similar(&name) || words.any(is_other)
    }

    /// Whether it is the image that the Prometheus project publishes, from whatever registry.
    #[must_use]
    pub fn is_official(&self) -> bool {
        let (name, _) = self.split();
        let mut parts = name.rsplit('/');
        parts.next() == Some("prometheus") && matches!(parts.next(), Some("prom" | "prometheus"))
    }

    /// The number of the user and group of the official image: 65534, `nobody`, since 2.0; 65532
    /// in the distroless variant (release notes of 3.10).
    pub(super) fn official_user(&self) -> Option<u32> {
        if !self.is_official() {
            return None;
        }
        let old = self
            .version()
            .is_some_and(|text| text.starts_with("0.") || text.starts_with("1."));
        let distroless = self.tag().is_some_and(|tag| tag.contains("distroless"));
        match (old, distroless) {
            (true, _) => None,
            (_, true) => Some(65532),
            _ => Some(65534),
        }
    }

    /// Whether the official image brings its own files at or above a path.
    pub(super) fn brings(path: &str) -> bool {
        let mut folders = BROUGHT.iter();
        folders.any(|folder| super::inside::below(path, folder).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Span, Text};

    fn image(name: &str) -> Image {
        let place = Place::new(&Text::new("x", Vec::new()), Span::default());
        Image {
            name: name.to_owned(),
            place,
        }
    }

    #[test]
    fn names_are_taken_apart() {
        for (name, tag, version, user, looks) in [
            (
                "prom/prometheus",
                None,
                None,
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "prom/prometheus:v2.53.1",
                Some("v2.53.1"),
                Some("2.53.1"),
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "quay.io/prometheus/prometheus:v3",
                Some("v3"),
                Some("3"),
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "localhost:5000/prom/prometheus",
                None,
                None,
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "prom/prometheus:v3.10.0-distroless",
                Some("v3.10.0-distroless"),
                Some("3.10.0"),
                Some(65532),
                PrometheusLikelihood::Surely,
            ),
            (
                "prom/prometheus:v3.12.0@sha256:00",
                Some("v3.12.0"),
                Some("3.12.0"),
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "prom/prometheus:v1.7.1",
                Some("v1.7.1"),
                Some("1.7.1"),
                None,
                PrometheusLikelihood::Surely,
            ),
            (
                "prom/prometheus:latest",
                Some("latest"),
                None,
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "prom/prometheus:${TAG}",
                None,
                None,
                Some(65534),
                PrometheusLikelihood::Surely,
            ),
            (
                "bitnami/prometheus:2.45.0-debian-11-r1",
                Some("2.45.0-debian-11-r1"),
                Some("2.45.0"),
                None,
                PrometheusLikelihood::Surely,
            ),
            (
                "prometheus:local",
                Some("local"),
                None,
                None,
                PrometheusLikelihood::Surely,
            ),
            (
                "acme/our-prometheus:1",
                Some("1"),
                Some("1"),
                None,
                PrometheusLikelihood::Perhaps,
            ),
            (
                "prom/node-exporter",
                None,
                None,
                None,
                PrometheusLikelihood::No,
            ),
            (
                "prometheuscommunity/json-exporter",
                None,
                None,
                None,
                PrometheusLikelihood::No,
            ),
            (
                "quay.io/prometheus-operator/prometheus-config-reloader:v0.44.1",
                Some("v0.44.1"),
                None,
                None,
                PrometheusLikelihood::No,
            ),
            (
                "prometheus/avalanche",
                None,
                None,
                None,
                PrometheusLikelihood::No,
            ),
            (
                "victoriametrics/vmagent",
                None,
                None,
                None,
                PrometheusLikelihood::No,
            ),
            ("", None, None, None, PrometheusLikelihood::No),
        ] {
            let image = image(name);
            assert_eq!(
                (
                    image.tag(),
                    image.version(),
                    image.official_user(),
                    image.prometheus_likelihood()
                ),
                (tag, version, user, looks),
                "{name}"
            );
        }
    }
}
