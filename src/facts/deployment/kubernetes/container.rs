//! What the containers of a workload say.

use std::sync::Arc;

use super::super::arguments::Arguments;
use super::super::environment::ContainerEnvironment;
use super::super::image::{Image, PrometheusLikelihood};
use super::super::model::Mount;
use super::super::user::{RunAs, group_in_official_image};
use super::super::written::{HiddenContent, ProvidedValue, hide};
use crate::finding::Evidence;
use crate::yaml::Node;

/// The image of a container.
pub(super) fn image_of(container: Node<'_>) -> Option<Image> {
    let node = container.get("image")?;
    Some(Image {
        name: node.as_str()?.to_owned(),
        place: node.place(),
    })
}

/// `command` takes the place of the image's entry point, `args` that of its command.
///
/// `$(VAR)` is filled in from the container's environment where `fill` says so: a variable may hold a
/// secret, which belongs in no sentence about a flag.
pub(super) fn arguments_of(container: Node<'_>, fill: bool) -> Arguments {
    let expand = |text: &str| match fill && text.contains("$(") {
        true => expand_variables(container, text),
        false => None,
    };
    let list = |key: &str| {
        let node = container.get(key)?;
        node.sequence()?;
        Some(Arguments::of_node(node, &expand))
    };
    let (command, args) = (list("command"), list("args"));
    let replaces = command.is_some() || args.is_some();
    let for_entry_point = container.get("command").is_none();
    let mut all = command.unwrap_or_default();
    all.extend(args.unwrap_or_default());
    Arguments {
        list: all,
        replaces,
        for_entry_point,
    }
}

/// A text with the variables of a container filled in, if all are in the manifest (kubernetes/kubernetes
/// `third_party/forked/golang/expansion/expand.go`).
fn expand_variables(container: Node<'_>, text: &str) -> Option<String> {
    let value = |name: &str| {
        let mut items = container.get("env")?.items();
        let item = items.find(|item| item.get("name").and_then(Node::as_str) == Some(name))?;
        item.get("value")?.as_str()
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$(") {
        let (name, behind) = after.split_once(')')?;
        out.push_str(before);
        out.push_str(value(name)?);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

/// The variables of a container whose values are in the manifest.
pub(super) fn environment(container: Node<'_>, name: &str) -> Vec<Arc<ProvidedValue>> {
    let items = container.get("env").into_iter().flat_map(Node::items);
    let written = items.filter_map(|item| {
        let (variable, value) = (item.get("name")?, item.get("value")?);
        let noun = format!(
            "the variable `{}` of the container `{name}`",
            variable.as_str()?
        );
        let content = HiddenContent::plain(value.as_str()?);
        if content.is_secret(variable.as_str()?) {
            hide(value);
        }
        Some(ProvidedValue::of_key(variable, noun, "env", content))
    });
    written.collect()
}

/// All variables of a container, those without a value in the manifest too.
pub(super) fn variables(container: Node<'_>, name: &str) -> ContainerEnvironment {
    let items = container.get("env").into_iter().flat_map(Node::items);
    let hidden = items.filter(|item| item.get("value").is_none());
    let hidden = hidden.filter_map(|item| item.get("name")?.as_str());
    ContainerEnvironment {
        written: environment(container, name),
        hidden: hidden.map(str::to_owned).collect(),
        has_more: container.get("envFrom").is_some(),
    }
}

pub(super) fn runs_prometheus(
    container: Node<'_>,
    name: &str,
    image: Option<&Image>,
    arguments: &Arguments,
    mounts: &[Mount],
) -> Option<Evidence> {
    let looks = image.map_or(PrometheusLikelihood::No, Image::prometheus_likelihood);
    let flagged = arguments.value("config.file").is_some();
    let mounted = mounts
        .iter()
        .any(|mount| mount.path.starts_with("/etc/prometheus"));
    let runs = match looks {
        PrometheusLikelihood::Surely => true,
        PrometheusLikelihood::Perhaps => flagged || mounted,
        PrometheusLikelihood::No => false,
    };
    // An image under a custom name, in a container that says what it is.
    let named = name == "prometheus" && flagged;
    (runs || named).then(|| Evidence {
        place: image.map_or_else(|| container.place(), |image| image.place.clone()),
        message: "this container runs Prometheus".to_owned(),
    })
}

/// The user of a container: its own `securityContext` before the pod's before the image's.
pub(super) fn user_of(spec: Node<'_>, container: Node<'_>, image: Option<&Image>) -> RunAs {
    let mut evidence = Vec::new();
    let mut setting = |holders: &[Node<'_>], key: &str| -> Option<Option<u32>> {
        let found = holders
            .iter()
            .find_map(|holder| holder.get("securityContext")?.mapping()?.entry(key));
        let entry = found.filter(|entry| !entry.value.is_null())?;
        evidence.push(Evidence {
            place: entry.key.place(),
            message: format!("`{key}` is {}", entry.value.as_str().unwrap_or("set")),
        });
        Some(entry.value.as_str().and_then(|text| text.parse().ok()))
    };
    let uid = setting(&[container, spec], "runAsUser");
    let gid = setting(&[container, spec], "runAsGroup");
    let group = setting(&[spec], "fsGroup").flatten();
    let official = image.and_then(Image::official_user);
    if uid.is_none()
        && let Some(image) = image.filter(|_| official.is_some())
    {
        evidence.push(Evidence {
            place: image.place.clone(),
            message: "the image sets the user".to_owned(),
        });
    }
    let uid = uid.unwrap_or(official);
    let gid = gid
        .unwrap_or_else(|| uid.and_then(|uid| official.and_then(|_| group_in_official_image(uid))));
    let more = spec
        .get("securityContext")
        .and_then(|context| context.get("supplementalGroups"));
    let more = more
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|group| group.as_str()?.parse().ok());
    RunAs {
        uid,
        gid,
        groups: group.into_iter().chain(more).collect(),
        evidence,
    }
}
