//! The flags that the Operator starts Prometheus with.

use super::{OPERATED_CONFIG, Operated};
use crate::facts::deployment::arguments::Argument;
use crate::facts::deployment::{Arguments, Image};
use crate::schema::dialect::{TooNew, too_new};
use crate::yaml::Node;

/// Keys that make Prometheus receive, and the flags that the Operator starts it with, from 3.0 on and before
/// (prometheus-operator `pkg/prometheus/promcfg.go`).
const RECEIVERS: &[(&str, &str, &str)] = &[
    (
        "enableOTLPReceiver",
        "--web.enable-otlp-receiver",
        "--enable-feature=otlp-write-receiver",
    ),
    (
        "enableRemoteWriteReceiver",
        "--web.enable-remote-write-receiver",
        "--web.enable-remote-write-receiver",
    ),
];

impl<'d> Operated<'d> {
    pub(super) fn arguments(&self) -> Arguments {
        let place = self.place();
        let mut list = vec![Argument {
            text: format!("--config.file={OPERATED_CONFIG}"),
            place: place.clone(),
        }];
        let mut push = |text: String, node: Node<'_>| {
            let place = node.place();
            list.push(Argument { text, place });
        };
        let release = self.release();
        let is_old = release.is_some_and(|release| release < (3, 0));
        let left_out = self.left_out(release);
        let is_agent = self.kind == "PrometheusAgent";
        if is_agent {
            let flag = if is_old {
                "--enable-feature=agent"
            } else {
                "--agent"
            };
            push(flag.to_owned(), self.root);
        }
        for (key, flag, before_3) in RECEIVERS {
            let value = self.spec.get(key).filter(|_| !left_out.contains(key));
            if let Some(value) = value.filter(|value| value.as_str() == Some("true")) {
                let flag = if is_old { before_3 } else { flag };
                push((*flag).to_owned(), value);
            }
        }
        // Agents have no such key, and the chart leaves it out.
        let query = self.spec.get("query").filter(|_| !is_agent);
        let look_back = query.and_then(|query| query.get("lookbackDelta"));
        if let Some((node, text)) = look_back.and_then(|node| Some((node, node.as_str()?))) {
            push(format!("--query.lookback-delta={text}"), node);
        }
        // Without it the Operator writes `/`, whatever the external URL is (`pkg/prometheus/server`).
        let prefix = self.spec.get("routePrefix");
        if let Some((node, text)) = prefix.and_then(|node| Some((node, node.as_str()?))) {
            push(format!("--web.route-prefix={text}"), node);
        }
        let features = self.spec.get("enableFeatures");
        let features = features.filter(|_| !left_out.contains(&"enableFeatures"));
        for feature in features.into_iter().flat_map(Node::items) {
            let name = feature.as_str().unwrap_or("");
            push(format!("--enable-feature={name}"), feature);
        }
        let more = self.spec.get("additionalArgs");
        for argument in more.into_iter().flat_map(Node::items) {
            let text = |key: &str| argument.get(key).and_then(Node::as_str);
            let Some(node) = argument.get("name") else {
                continue;
            };
            // With these it makes no configuration (`pkg/operator/argument.go`).
            let is_its = |name: &&str| !matches!(*name, "config.file" | "web.config.file");
            let Some(name) = node.as_str().filter(is_its) else {
                continue;
            };
            // An empty value leaves the bare flag (`buildArgs`, the same file).
            match text("value").filter(|value| !value.is_empty()) {
                Some(value) => push(format!("--{name}={value}"), node),
                None => push(format!("--{name}"), node),
            }
        }
        Arguments {
            list,
            replaces: true,
            for_entry_point: true,
        }
    }

    /// The release that its image has or that the Operator takes it for.
    fn release(&self) -> Option<(u16, u16)> {
        let image = self.image();
        let version = image.as_ref().and_then(Image::version)?;
        let mut numbers = version.split('.').map(|part| part.parse::<u16>().ok());
        let major = numbers.next()??;
        Some((major, numbers.next().flatten().unwrap_or(0)))
    }

    /// The keys that the Operator leaves out for `version`, which the chart fills from the tag. The tag of
    /// `image` alone tells it nothing.
    fn left_out(&self, release: Option<(u16, u16)>) -> Vec<&'d str> {
        let version = self.spec.get("version").and_then(Node::as_str);
        let is_seen = self.is_values || version.is_some_and(|version| !version.is_empty());
        let Some(release) = release.filter(|_| is_seen) else {
            return Vec::new();
        };
        let newer = too_new(self.spec, release).into_iter();
        newer
            .filter(|(_, _, effect)| *effect == TooNew::Dropped)
            .map(|(entry, _, _)| entry.name())
            .collect()
    }
}
