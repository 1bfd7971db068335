//! The server that the chart `prometheus` starts by values of the tree (prometheus-community/helm-charts
//! `charts/prometheus` 28.0.0 templates/deploy.yaml).

use std::path::PathBuf;
use std::sync::Arc;

use super::super::arguments::Argument;
use super::super::by_path::ByPath;
use super::super::user::RunAs;
use super::volume::{PodSpec, whole_object};
use super::{
    Deployment, Evidence, Home, Mount, MountSource, Objects, Outside, Place, Platform, PodNetwork,
    SourceFile,
};
use crate::discover::charts;
use crate::facts::deployment::{Arguments, Image};
use crate::yaml::{Mapping, Node, placeholder};

/// The configuration that the chart makes.
const CONFIG: &str = "/etc/config/prometheus.yml";

/// The servers that the chart starts by some files.
pub(in crate::facts::deployment) fn charted(
    home: Home<'_>,
    files: &[SourceFile],
    objects: &Objects,
) -> Vec<Deployment> {
    let mut out = Vec::new();
    for file in files {
        for document in file.documents() {
            let servers = charts(document).into_iter();
            let servers = servers.filter_map(|values| values.mapping()?.entry("server"));
            let servers = servers.map(|entry| ServerValues {
                file,
                key: entry.key,
                server: entry.value,
            });
            for one in servers.filter(ServerValues::is_prometheus) {
                // Messages name its flags and mounts.
                one.key.document().text().recognize();
                out.push(one.deployment(home, objects));
            }
        }
    }
    out
}

/// The section `server` of values.
struct ServerValues<'d> {
    file: &'d SourceFile,
    key: Node<'d>,
    server: Node<'d>,
}

impl<'d> ServerValues<'d> {
    /// Other charts have a server with another image.
    fn is_prometheus(&self) -> bool {
        let image = self.server.get("image");
        let name = image.and_then(|image| image.get("repository")?.as_str());
        name.is_none_or(|name| name.is_empty() || name.contains("prometheus"))
    }

    fn items(&self, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
        self.server.get(key).into_iter().flat_map(Node::items)
    }

    fn place(&self) -> Place {
        self.key.place()
    }

    /// Without a tag it is the release of the chart, which the values do not tell.
    fn image(&self) -> Image {
        let image = self.server.get("image");
        let text = |key: &str| {
            let text = image.and_then(|image| image.get(key)?.as_str());
            text.filter(|text| !text.is_empty())
        };
        let name = text("repository").unwrap_or("quay.io/prometheus/prometheus");
        Image {
            name: format!("{name}:{}", text("tag").unwrap_or("${APP_VERSION}")),
            place: image.map_or_else(|| self.place(), Node::place),
        }
    }

    /// `defaultFlagsOverride` takes the place of all others.
    fn arguments(&self) -> Arguments {
        let argument = |text: String, node: Node<'_>| Argument {
            text,
            place: node.place(),
        };
        let own = self.items("defaultFlagsOverride");
        let own = own.filter_map(|node| Some(argument(node.as_str()?.to_owned(), node)));
        let mut list: Vec<Argument> = own.collect();
        if list.is_empty() {
            let path = self.server.get("configPath").and_then(Node::as_str);
            let path = path.filter(|path| !path.is_empty()).unwrap_or(CONFIG);
            list.push(argument(format!("--config.file={path}"), self.key));
            for (key, flag) in [
                ("retention", "storage.tsdb.retention.time"),
                ("retentionSize", "storage.tsdb.retention.size"),
            ] {
                let node = self.server.get(key);
                let text = node.and_then(|node| Some((node, node.as_str()?)));
                if let Some((node, text)) = text.filter(|(_, text)| !text.is_empty()) {
                    list.push(argument(format!("--{flag}={text}"), node));
                }
            }
            let flags = self.items("extraFlags");
            list.extend(
                flags.filter_map(|flag| Some(argument(format!("--{}", flag.as_str()?), flag))),
            );
            let more = self.server.get("extraArgs").and_then(Node::mapping);
            for entry in more.into_iter().flat_map(Mapping::entries) {
                let value = entry.value.as_str().filter(|value| !value.is_empty());
                let text = match value {
                    Some(value) => format!("--{}={value}", entry.name()),
                    None => format!("--{}", entry.name()),
                };
                list.push(argument(text, entry.key));
            }
        }
        Arguments {
            list,
            replaces: true,
            for_entry_point: true,
        }
    }

    fn mounts(&self, objects: &Objects) -> Vec<Mount> {
        let filled = |path: &str| {
            let source = MountSource::Outside(Outside::Other("the chart".to_owned()));
            Mount::new(path, source, self.place())
        };
        let mut out = vec![filled("/etc/config"), filled("/data")];
        out.push(PodSpec::new(self.server, None).service_account(self.place()));
        let lists: [(&str, &'static str, &str); 2] = [
            ("extraSecretMounts", "Secret", "secretName"),
            ("extraConfigmapMounts", "ConfigMap", "configMap"),
        ];
        for (list, kind, name) in lists {
            let mounts = self.items(list);
            out.extend(mounts.filter_map(|node| object(node, kind, node.get(name)?, objects)));
        }
        for list in ["extraHostPathMounts", "extraVolumeMounts"] {
            out.extend(self.items(list).filter_map(|node| {
                let path = node.get("mountPath")?.as_str()?;
                let what = "a volume of the values".to_owned();
                let source = MountSource::Outside(Outside::Other(what));
                Some(Mount::new(path, source, node.place()))
            }));
        }
        out
    }

    fn deployment(&self, home: Home<'_>, objects: &Objects) -> Deployment {
        let doubt = Evidence {
            place: self.place(),
            message: "other values may mount more".to_owned(),
        };
        Deployment {
            name: "the server of the chart".to_owned(),
            platform: Platform::Kubernetes,
            place: self.place(),
            file: self.file.path.clone(),
            namespace: None,
            root: PathBuf::from(home.root),
            prometheus: Some(Evidence {
                place: self.place(),
                message: "the chart starts Prometheus by these values".to_owned(),
            }),
            image: Some(self.image()),
            base: None,
            arguments: self.arguments(),
            folder: None,
            commands: Vec::new(),
            others: Vec::new(),
            user: RunAs::default(),
            mounts: self.mounts(objects),
            withheld: Vec::new(),
            by_path: ByPath::default(),
            pod: PodNetwork::default(),
            environment: Vec::new(),
            overlays: vec![doubt.clone()],
            writers: Arc::default(),
            doubts: vec![doubt],
        }
    }
}

/// A Secret or ConfigMap that values mount.
fn object(node: Node<'_>, kind: &'static str, named: Node<'_>, objects: &Objects) -> Option<Mount> {
    let path = node.get("mountPath")?.as_str()?;
    let name = named.as_str()?;
    let sub_path = node.get("subPath").and_then(Node::as_str);
    let is_open = |text: &str| placeholder::is_open(text);
    if is_open(name) || sub_path.is_some_and(is_open) {
        let source = MountSource::Unknown(format!("a {kind} whose name is not known"));
        return Some(Mount::new(path, source, node.place()));
    }
    let source = whole_object(kind, name, None, objects);
    Some(Mount {
        sub_path: sub_path.filter(|sub| !sub.is_empty()).map(str::to_owned),
        ..Mount::new(path, source, node.place())
    })
}
