//! The names by which the services of a project reach each other.

use super::arguments;
use super::project::{Project, Service, each_project};
use crate::facts::deployment::Home;
use crate::facts::deployment::image::Image;
use crate::facts::deployment::model::Platform;
use crate::facts::deployment::network::{Container, Named, Ports};
use crate::facts::deployment::scan::SourceFile;
use crate::yaml::Node;

/// Every service of the compose files of a folder that others can reach by a name.
pub(in crate::facts::deployment) fn named(home: Home<'_>, folder: &[SourceFile]) -> Vec<Named> {
    let named = each_project(home, folder, |project| -> Vec<Named> {
        let services = project.services();
        let named = services.iter().map(|service| of_service(project, service));
        named.collect()
    });
    named.into_iter().flatten().collect()
}

fn of_service(project: &Project<'_>, service: &Service<'_>) -> Named {
    // An image that is built here is whatever its Dockerfile makes of it.
    let image = match service.get("build") {
        Some(_) => None,
        None => image(project, service),
    };
    Named {
        names: names(project, service),
        platform: Platform::Compose,
        file: project.file.clone(),
        namespace: None,
        pods: None,
        ports: Ports::Same,
        containers: vec![Container {
            name: format!("the service `{}`", service.name),
            image,
            place: service.key.place(),
            ports: Vec::new(),
            arguments: arguments(project, service, None),
        }],
        evidence: Vec::new(),
    }
}

/// The image that a service names.
pub(super) fn image(project: &Project<'_>, service: &Service<'_>) -> Option<Image> {
    let node = service.get("image")?;
    let name = node.as_str()?;
    Some(Image {
        name: project.expand(name).unwrap_or_else(|| name.to_owned()),
        place: node.place(),
    })
}

/// Its own name, those of its container and its machine, and its aliases in any network
/// (docs.docker.com, compose file reference, `networks`, `aliases`).
fn names(project: &Project<'_>, service: &Service<'_>) -> Vec<String> {
    let mut out = vec![service.name.to_owned()];
    let own = ["container_name", "hostname"].into_iter();
    let own = own.filter_map(|key| service.get(key)?.as_str());
    out.extend(own.filter_map(|text| project.expand(text)));
    let networks = service.get("networks").and_then(Node::mapping);
    for network in networks.into_iter().flat_map(|one| one.entries()) {
        let aliases = network.value.get("aliases").into_iter();
        let aliases = aliases.flat_map(Node::items).filter_map(Node::as_str);
        out.extend(aliases.filter_map(|text| project.expand(text)));
    }
    out
}
