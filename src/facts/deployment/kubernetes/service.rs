//! Services of Kubernetes, and the pods that they select.

use super::{Workload, image_of, may_be_same};
use crate::discover::{Manifest, manifests};
use crate::facts::deployment::model::Platform;
use crate::facts::deployment::network::{Container, Named, Ports, Target};
use crate::facts::deployment::scan::SourceFile;
use crate::finding::{Evidence, Place};
use crate::yaml::{Document, Mapping, Node, parse_all};

/// The Services of some manifests, one for each workload that they select.
pub(in crate::facts::deployment) fn named(files: &[SourceFile]) -> Vec<Named> {
    let parsed: Vec<(&SourceFile, Vec<Document>)> = files
        .iter()
        .map(|file| (file, parse_all(&file.text).0))
        .collect();
    let objects = parsed.iter().flat_map(|(file, documents)| {
        let objects = documents.iter().flat_map(manifests);
        objects.map(move |one| (*file, one))
    });
    let (services, others): (Vec<_>, Vec<_>) =
        objects.partition(|(_, manifest)| manifest.kind == "Service");
    let workloads = others.into_iter();
    let workloads: Vec<_> = workloads
        .filter_map(|(file, manifest)| Workload::new(file, manifest))
        .filter(Workload::has_image)
        .collect();
    let mut out = Vec::new();
    for (_, service) in &services {
        let selected = workloads.iter().filter(|one| selects(service, one));
        for workload in selected {
            out.push(of_service(service, workload, None));
            if workload.manifest.kind == "StatefulSet" {
                let set = workload.manifest.name.to_owned();
                out.push(of_service(service, workload, Some(set)));
            }
        }
    }
    out
}

/// Whether a Service selects the pods of a workload: they have all its labels.
fn selects(service: &Manifest<'_>, workload: &Workload<'_>) -> bool {
    let spec = service.root.get("spec");
    let Some(selector) = spec.and_then(|spec| spec.get("selector")?.mapping()) else {
        return false;
    };
    let labels = labels(workload);
    let has = |name: &str, value: Node<'_>| {
        let label = labels.and_then(|labels| labels.get(name)?.as_str());
        label.is_some() && label == value.as_str()
    };
    let mut wanted = selector.entries().peekable();
    wanted.peek().is_some()
        && wanted.all(|entry| has(entry.name(), entry.value))
        && may_be_same(service.namespace, workload.manifest.namespace)
}

/// The labels of a workload's pods.
fn labels<'d>(workload: &Workload<'d>) -> Option<Mapping<'d>> {
    let root = workload.manifest.root;
    let pod = match workload.manifest.kind {
        "Pod" => root,
        _ => root.get("spec")?.get("template")?,
    };
    pod.get("metadata")?.get("labels")?.mapping()
}

fn of_service(service: &Manifest<'_>, workload: &Workload<'_>, pods: Option<String>) -> Named {
    let (kind, name) = (workload.manifest.kind, workload.manifest.name);
    let spec = service.root.get("spec");
    let cluster_ip = spec.and_then(|spec| spec.get("clusterIP")?.as_str());
    // Without an address of its own, and for the names of single pods, the name leads to the pods
    // themselves, and no port is mapped.
    let is_direct = pods.is_some() || cluster_ip == Some("None");
    let ports = spec.and_then(|spec| spec.get("ports"));
    let ports = ports.into_iter().flat_map(Node::items).filter_map(port);
    Named {
        names: vec![service.name.to_owned()],
        platform: Platform::Kubernetes,
        file: workload.file.path.clone(),
        namespace: service
            .namespace
            .or(workload.manifest.namespace)
            .map(str::to_owned),
        pods,
        ports: match is_direct {
            true => Ports::Same,
            false => Ports::Mapped(ports.collect()),
        },
        containers: workload
            .containers()
            .map(|node| container(node, workload))
            .collect(),
        evidence: vec![Evidence {
            place: place(service),
            message: format!(
                "the Service `{}` leads to the pods of the {kind} `{name}`",
                service.name
            ),
        }],
    }
}

/// A port of a Service, and where it leads: to the same one, unless it says otherwise.
fn port(node: Node<'_>) -> Option<(u16, Target)> {
    let number = |node: Node<'_>| node.as_str()?.parse::<u16>().ok();
    let own = number(node.get("port")?)?;
    let target = match node.get("targetPort") {
        None => Target::Number(own),
        Some(target) => match number(target) {
            Some(target) => Target::Number(target),
            None => Target::Name(target.as_str()?.to_owned()),
        },
    };
    Some((own, target))
}

fn container(node: Node<'_>, workload: &Workload<'_>) -> Container {
    let ports = node.get("ports").into_iter().flat_map(Node::items);
    let port = |port: Node<'_>| {
        let name = port.get("name").and_then(Node::as_str);
        let number = port.get("containerPort")?.as_str()?.parse().ok()?;
        Some((name.map(str::to_owned), number))
    };
    Container {
        name: workload.name_of(node),
        image: image_of(node),
        place: workload.place_of(node),
        ports: ports.filter_map(port).collect(),
    }
}

/// Where the name of a manifest stands.
fn place(manifest: &Manifest<'_>) -> Place {
    let name = manifest
        .root
        .get("metadata")
        .and_then(|one| one.get("name"));
    name.unwrap_or(manifest.root).place()
}
