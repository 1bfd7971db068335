//! Compose files: the services that run Prometheus and what they mount.

mod chain;
mod environment;
mod files;
mod names;
mod project;
mod volumes;

use std::sync::Arc;

use memchr::memmem;

pub(super) use self::names::named;
pub(super) use self::project::folders;
use self::project::{ComposeService, Project, each_project};
use self::volumes::VolumeEntry;
use super::Home;
use super::arguments::{Arguments, VMAGENT_CONFIG};
use super::by_path::ByPath;
use super::dockerfile::Builds;
use super::image::{Image, PrometheusLikelihood};
use super::inside;
use super::model::{Deployment, Mount, MountSource, Platform, PodNetwork, has_settings};
use super::scan::{SourceFile, names_prometheus};
use super::user::{RunAs, group_in_official_image};
use super::writers::{FolderWriter, Writers, only_reads};
use crate::finding::Evidence;
use crate::yaml::{Node, Scalar};

/// The services of some compose files that run Prometheus or mount files and may run it.
pub(super) fn read(
    home: Home<'_>,
    files: &[SourceFile],
    builds: &mut Builds<'_>,
) -> Vec<Deployment> {
    let mut out = Vec::new();
    for folder in folders(files) {
        if !home.every && !folder.iter().any(|file| may_matter(file.bytes())) {
            continue;
        }
        let found = each_project(home, &folder, files, |project| -> Vec<Deployment> {
            let services = project.services();
            let shared = Arc::new(writers(project, &services));
            let found = services.iter();
            found
                .filter_map(|service| deployment(project, service, builds, (&shared, home.every)))
                .collect()
        });
        out.extend(found.into_iter().flatten());
    }
    out
}

/// Whether a service of a compose file may run Prometheus: a scan of its bytes. An image that is
/// built, or that is named elsewhere or by a variable, may hold it whatever the service is called.
fn may_matter(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memmem::find(bytes, word).is_some();
    names_prometheus(bytes)
        || has(b"config.file")
        || has(VMAGENT_CONFIG.as_bytes())
        || has(b"build")
        || !every_service_names_its_image(bytes)
}

/// Whether every service of a compose file names its image in a separate line, as far as lines
/// tell: where they are not written as most are, the answer is no.
fn every_service_names_its_image(bytes: &[u8]) -> bool {
    let is_content = |line: &&[u8]| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    };
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(is_content);
    let is_head = |line: &[u8]| line.trim_ascii_end() == b"services:";
    if !lines.by_ref().any(is_head) {
        return false;
    }
    // How far the names of the services are indented, and those below them.
    let (mut outer, mut inner) = (None, None);
    let mut names_image = true;
    for line in lines {
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        if indent == 0 {
            break;
        }
        let line = line.trim_ascii();
        let outer = *outer.get_or_insert(indent);
        if indent <= outer {
            let is_name = indent == outer && line.ends_with(b":");
            if !is_name || !names_image {
                return false;
            }
            (names_image, inner) = (false, None);
        } else if indent == *inner.get_or_insert(indent) {
            let image = line.strip_prefix(b"image:");
            let is_plain = |image: &[u8]| {
                let text = image.trim_ascii_start();
                let first = text.iter().find(|byte| !matches!(byte, b'"' | b'\''));
                first.is_some_and(u8::is_ascii_alphanumeric) && !text.contains(&b'$')
            };
            names_image |= image.is_some_and(is_plain);
        }
    }
    names_image
}

/// The services that may write to folders of the tree.
fn writers(project: &Project<'_>, services: &[ComposeService<'_>]) -> Writers {
    let mut out = Writers::default();
    for service in services {
        let image = names::image(project, service);
        let is_started_anew = service.get("entrypoint").is_some();
        if !is_started_anew && image.as_ref().is_some_and(only_reads) {
            continue;
        }
        for placed in project.mounts(service) {
            let VolumeEntry::At(mount) = placed else {
                continue;
            };
            if let MountSource::Tree(folder) = &mount.source
                && !mount.is_read_only
            {
                let writer = FolderWriter {
                    name: format!("the service `{}`", service.name),
                    place: service.key.place(),
                    mount: mount.place.clone(),
                };
                out.add(folder, writer);
            }
        }
    }
    out
}

fn deployment(
    project: &Project<'_>,
    service: &ComposeService<'_>,
    builds: &mut Builds<'_>,
    (writers, every): (&Arc<Writers>, bool),
) -> Option<Deployment> {
    let image = names::image(project, service);
    let mut doubts = service.doubts.clone();
    doubts.extend(service.get("post_start").map(|node| Evidence {
        place: node.place(),
        message: "this runs in the container at its start".to_owned(),
    }));
    let mut overlays = service.overlays.clone();
    let built = built(project, service, builds, &mut doubts);
    let arguments = arguments(project, service, built.as_ref());
    let mut mounts = built
        .as_ref()
        .map(|image| image.mounts.clone())
        .unwrap_or_default();
    for placed in project.mounts(service) {
        match placed {
            VolumeEntry::At(mount) => mounts.push(*mount),
            VolumeEntry::Unclear(place) => {
                let message = "the mount path depends on a variable that has no value here";
                let message = message.to_owned();
                let doubt = Evidence { place, message };
                overlays.push(doubt.clone());
                doubts.push(doubt);
            }
            VolumeEntry::Nothing => {}
        }
    }
    let base = built.as_ref().and_then(|image| image.base.clone());
    let prometheus = runs_prometheus(service, image.as_ref(), base.as_ref(), &arguments, &mounts);
    if !every && prometheus.is_none() && !may_load_files(image.as_ref(), &arguments, &mounts) {
        return None;
    }
    Some(Deployment {
        name: format!("the service `{}`", service.name),
        platform: Platform::Compose,
        place: service.key.place(),
        file: project.file.clone(),
        namespace: None,
        root: project.root.to_owned(),
        prometheus,
        user: user_of(project, service, image.as_ref(), built.as_ref()),
        image,
        base,
        arguments,
        folder: folder(project, service, built.as_ref()),
        commands: built.map(|image| image.commands).unwrap_or_default(),
        others: project.others(),
        mounts,
        withheld: Vec::new(),
        by_path: ByPath::default(),
        pod: PodNetwork::default(),
        environment: project.environment(service),
        doubts,
        overlays,
        writers: Arc::clone(writers),
    })
}

/// Whether a service may be a program that reads files of the tree.
fn may_load_files(image: Option<&Image>, arguments: &Arguments, mounts: &[Mount]) -> bool {
    let is_vmagent = arguments.value(VMAGENT_CONFIG).is_some();
    let is_of_tree =
        |mount: &Mount| matches!(mount.source, MountSource::Tree(_) | MountSource::Compose(_));
    let may_run = || {
        image.is_none_or(|image| image.prometheus_likelihood() != PrometheusLikelihood::No)
            || arguments.value("config.file").is_some()
            || has_settings(image, arguments, mounts)
    };
    is_vmagent || mounts.iter().any(is_of_tree) && may_run()
}

/// The image that `build` makes, if its Dockerfile is in the tree.
fn built(
    project: &Project<'_>,
    service: &ComposeService<'_>,
    builds: &mut Builds<'_>,
    doubts: &mut Vec<Evidence>,
) -> Option<Deployment> {
    let build = service.get("build")?;
    let text = |key: &str| {
        build
            .get(key)
            .and_then(Node::as_str)
            .and_then(|text| project.expand(text))
    };
    let context = match build.as_str() {
        Some(short) => project.expand(short),
        None => build
            .get("context")
            .map_or(Some(".".to_owned()), |_| text("context")),
    };
    let image = context.and_then(|context| {
        let context = inside::on_disk(&project.folder, &context);
        let dockerfile = text("dockerfile").unwrap_or_else(|| "Dockerfile".to_owned());
        let file = inside::on_disk(&context, &dockerfile);
        let target = text("target").map(|target| target.to_ascii_lowercase());
        match build.get("dockerfile_inline") {
            Some(inline) => builds.inline(&project.file, inline, &context, target.as_deref()),
            None => builds.build(&file, &context, target.as_deref()),
        }
    });
    match &image {
        Some(image) => doubts.extend(image.doubts.iter().cloned()),
        None => doubts.push(Evidence {
            place: build.place(),
            message: "the image is built here, from a Dockerfile that was not found".to_owned(),
        }),
    }
    image
}

/// The folder that a service starts in.
fn folder(
    project: &Project<'_>,
    service: &ComposeService<'_>,
    built: Option<&Deployment>,
) -> Option<String> {
    match service.get("working_dir").and_then(Node::as_str) {
        Some(folder) => project.expand(folder),
        None => built.and_then(|image| image.folder.clone()),
    }
}

/// `entrypoint` and `command`, else those of the image that is built.
fn arguments(
    project: &Project<'_>,
    service: &ComposeService<'_>,
    built: Option<&Deployment>,
) -> Arguments {
    let expand = |text: &str| project.expand(text);
    let list = |key: &str| Some(Arguments::of_node(service.get(key)?, &expand));
    let (entrypoint, command) = (list("entrypoint"), list("command"));
    if entrypoint.is_none() && command.is_none() {
        return built
            .map(|image| image.arguments.clone())
            .unwrap_or_default();
    }
    let for_entry_point = entrypoint.is_none() && service.get("build").is_none();
    let mut all = entrypoint.unwrap_or_default();
    all.extend(command.unwrap_or_default());
    Arguments {
        list: all,
        replaces: true,
        for_entry_point,
    }
}

fn runs_prometheus(
    service: &ComposeService<'_>,
    image: Option<&Image>,
    base: Option<&Image>,
    arguments: &Arguments,
    mounts: &[Mount],
) -> Option<Evidence> {
    let flagged = arguments.value("config.file").is_some();
    let mounted = mounts
        .iter()
        .any(|mount| mount.path.starts_with("/etc/prometheus"));
    let looks = base
        .or(image)
        .map_or(PrometheusLikelihood::No, Image::prometheus_likelihood);
    let runs = match looks {
        PrometheusLikelihood::Surely => true,
        PrometheusLikelihood::Perhaps => flagged || mounted,
        PrometheusLikelihood::No => false,
    };
    // Built from something that is not in the tree, under a name that says what it is.
    let named = service.name == "prometheus" && (flagged || mounted);
    let named = named
        && base.is_none()
        && image.is_none_or(|image| image.prometheus_likelihood() != PrometheusLikelihood::No);
    (runs || named).then(|| Evidence {
        place: base
            .or(image)
            .map_or_else(|| service.key.place(), |image| image.place.clone()),
        message: "this service runs Prometheus".to_owned(),
    })
}

/// `user`, else the user of the image. `group_add` adds groups.
fn user_of(
    project: &Project<'_>,
    service: &ComposeService<'_>,
    image: Option<&Image>,
    built: Option<&Deployment>,
) -> RunAs {
    let official = built.map_or_else(
        || image.and_then(Image::official_user),
        |built| built.base.as_ref().and_then(Image::official_user),
    );
    let groups = service.get("group_add").into_iter().flat_map(Node::items);
    let groups: Vec<u32> = groups
        .filter_map(|group| group.as_str()?.parse().ok())
        .collect();
    if let Some(node) = service.get("user").filter(|node| !node.is_null()) {
        let text = node
            .as_str()
            .and_then(|text| project.expand(text))
            .unwrap_or_default();
        let (uid, gid) = RunAs::of_text(&text, |uid| {
            official.and_then(|_| group_in_official_image(uid))
        });
        let evidence = Evidence {
            place: node.place(),
            message: "`user` says who it runs as".to_owned(),
        };
        return RunAs {
            uid,
            gid,
            groups,
            evidence: vec![evidence],
        };
    }
    if let Some(built) = built {
        return RunAs {
            groups,
            ..built.user.clone()
        };
    }
    let evidence = image.filter(|_| official.is_some()).map(|image| Evidence {
        place: image.place.clone(),
        message: "the image sets the user".to_owned(),
    });
    RunAs {
        uid: official,
        gid: official,
        groups,
        evidence: evidence.into_iter().collect(),
    }
}

fn is_true(holder: Node<'_>, key: &str) -> bool {
    holder
        .get(key)
        .and_then(Node::scalar)
        .and_then(Scalar::as_bool)
        == Some(true)
}
