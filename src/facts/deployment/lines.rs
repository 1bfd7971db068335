//! Commands that start Prometheus in texts that are not read as deployments: units of systemd and
//! Quadlets, shell scripts, makefiles, jobs of Nomad, tasks of Ansible, pipelines. What else is on the
//! machine is not known, so only the files of the tree that such a command surely loads count.

mod copies;
mod sources;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::arguments::{Argument, Arguments, IMAGE_CONFIG};
use super::image::Image;
use super::model::{Deployment, Mount};
use super::scan::kinds;
use super::unit::{is_unit, machine, of_unit};
use super::{inside, is_dockerfile, real, real_file};
use crate::facts::scripts::LARGEST_SCRIPT;
use crate::facts::settings::WEB_FILE;
use crate::finding::{Place, Text};
use crate::source::Tree;
use promvet_syntax::flags::FLAGS;
use sources::CopySources;
use words::{CommandWord, blocks, commands, is_chosen, is_image, words_of_block};

/// Programs that start containers.
const ENGINES: &[&str] = &["docker", "nerdctl", "podman"];

/// Options of `docker run` that take no value, by their words; short ones may be written together.
const SWITCHES: &[&str] = &[
    "--detach",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--rm",
    "--tty",
];

/// Flags whose values are looked at, which may be words of their own.
const WITH_VALUE: &[&str] = &["--config.file", "--web.config.file", "--enable-feature"];

/// A command that starts Prometheus.
struct StartCommand {
    arguments: Vec<CommandWord>,
    image: Option<CommandWord>,
    /// Files of the machine that it mounts, and where.
    binds: Vec<Bind>,
    /// Whether the entry point of the image surely gets all of the arguments.
    for_entry_point: bool,
}

/// A file or folder of the machine that a container gets.
struct Bind {
    from: String,
    to: String,
}

/// Whether a text may have such a command: a scan of its bytes.
pub(crate) fn may_be_command(path: &Path, bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memmem::find(bytes, word).is_some();
    !is_dockerfile(path)
        && has(b"prometheus")
        && (is_unit(path) || has(b"config.file") || has(b"--agent") || has(b"enable-feature"))
        && kinds(path, bytes).is_empty()
}

/// What the commands in some texts start, each with the files of the tree that it surely loads.
pub(crate) fn of_texts(tree: &dyn Tree, root: &Path, texts: &[Arc<Text>]) -> Vec<Deployment> {
    let root = &real(tree, root);
    let mut folders = HashMap::new();
    let mut file = |text: &Arc<Text>| {
        let path = tree.absolute(Path::new(&**text.path()));
        real_file(tree, &path, &mut folders)
    };
    let files: Vec<(PathBuf, &Arc<Text>)> = texts.iter().map(|text| (file(text), text)).collect();
    let mut starts = Vec::new();
    for (path, text) in &files {
        if may_be_command(path, text.content().as_bytes()) {
            let read = |file: &str| variables_at(tree, root, path, file);
            starts.extend(of_text(path, text, &read));
        }
    }
    if starts.is_empty() {
        return Vec::new();
    }
    let mut sources = CopySources::new(tree, root, &files);
    let deployments = starts.into_iter().map(|(mut deployment, binds)| {
        deployment.root = root.to_owned();
        deployment.mounts = mounts(&deployment, &binds, &mut sources);
        deployment
    });
    deployments.collect()
}

/// The file of variables of the tree that a unit reads on its machine: at the same path below a folder, or at
/// the end of it, such as `default/prometheus`. None if another file may be laid over the unit.
fn variables_at(tree: &dyn Tree, root: &Path, unit: &Path, file: &str) -> Option<Arc<Text>> {
    let name = Path::new(file).file_name()?;
    let folder = unit.parent()?;
    let mut laid_over = unit.as_os_str().to_owned();
    laid_over.push(".d");
    if tree.metadata(Path::new(&laid_over)).is_ok() {
        return None;
    }
    let bare = file.trim_start_matches('/');
    let short = Path::new(bare).parent().and_then(Path::file_name);
    let short = short.map(|parent| Path::new(parent).join(name));
    let above = folder
        .ancestors()
        .take_while(|above| above.starts_with(root));
    let of_folder = |above: &Path| {
        let ways = [Some(PathBuf::from(bare)), short.clone()];
        ways.into_iter()
            .flatten()
            .map(|way| above.join(way))
            .collect::<Vec<_>>()
    };
    let mut files = above.flat_map(of_folder).chain([folder.join(name)]);
    files.find_map(|file| {
        let is_inside = tree.within(&file, &[root]).unwrap_or(false);
        let bytes = is_inside.then(|| tree.read(&file, LARGEST_SCRIPT).ok())??;
        Some(Text::new(tree.shown(&file), bytes))
    })
}

fn of_text(
    path: &Path,
    text: &Arc<Text>,
    read: &dyn Fn(&str) -> Option<Arc<Text>>,
) -> Vec<(Deployment, Vec<Bind>)> {
    let content = text.content();
    if is_unit(path)
        && let Some(deployment) = of_unit(path, text, read)
    {
        let binds = match deployment.image {
            Some(_) => binds(&words_of_block(content, (0, content.len()))),
            None => Vec::new(),
        };
        return vec![(deployment, binds)];
    }
    let by_command = commands(path, content)
        .into_iter()
        .filter_map(|command| started(path, &command));
    let by_block = blocks(path, text).into_iter().filter_map(|block| {
        let is_known = content
            .get(block.0..block.1)
            .is_some_and(|part| !is_chosen(part));
        is_known
            .then(|| container(&words_of_block(content, block)))
            .flatten()
    });
    let all = by_command.chain(by_block);
    all.filter_map(|started| Some((deployment(path, text, &started)?, started.binds)))
        .collect()
}

/// The Prometheus that a command of a shell starts: by itself, in a container, or by the variable that
/// its unit takes the flags from.
fn started(path: &Path, command: &[CommandWord]) -> Option<StartCommand> {
    let end = command
        .iter()
        .position(|word| word.text.starts_with(['>', '<']) || word.text.starts_with("2>"));
    let command = command.get(..end.unwrap_or(command.len()))?;
    by_engine(command)
        .or_else(|| by_itself(command))
        .or_else(|| by_variable(path, command))
}

fn by_itself(command: &[CommandWord]) -> Option<StartCommand> {
    let first = command.iter().position(is_flag)?;
    let before = command.get(..first)?;
    let program = before
        .iter()
        .rposition(|word| word.name() == "prometheus")?;
    let between = before.get(program + 1..)?;
    let is_open = |word: &CommandWord| word.text.starts_with(['-', '$']);
    between.iter().all(is_open).then(|| StartCommand {
        arguments: command.get(program + 1..).unwrap_or_default().to_vec(),
        image: None,
        binds: Vec::new(),
        for_entry_point: false,
    })
}

/// Whether a word is a flag of Prometheus.
fn is_flag(word: &CommandWord) -> bool {
    let name = word.text.strip_prefix("--");
    let name = name.and_then(|rest| rest.split('=').next());
    name.is_some_and(|name| FLAGS.iter().any(|flag| flag.name == name))
}

/// `docker run [options] image [flags]`.
fn by_engine(command: &[CommandWord]) -> Option<StartCommand> {
    let engine = command
        .iter()
        .position(|word| ENGINES.contains(&word.name()))?;
    let rest = command.get(engine + 1..)?;
    let run = rest
        .iter()
        .position(|word| matches!(&*word.text, "run" | "create"))?;
    let mut at = engine + run + 2;
    let mut binds = Vec::new();
    loop {
        let word = command.get(at)?;
        if !word.text.starts_with('-') {
            break;
        }
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (&*word.text, None),
        };
        if name == "--entrypoint" {
            return None;
        }
        let is_short = !name.starts_with("--")
            && name
                .trim_start_matches(['-', 'd', 'i', 't', 'P'])
                .is_empty();
        let takes_none = is_short || SWITCHES.contains(&name);
        let value = match value {
            None if !takes_none => {
                at += 1;
                command.get(at).map(|word| &*word.text)
            }
            value => value,
        };
        if matches!(name, "-v" | "--volume" | "--mount") {
            binds.extend(value.and_then(bind));
        }
        at += 1;
    }
    let image = command.get(at).filter(|word| is_image(&word.text))?;
    let arguments = command.get(at + 1..).unwrap_or_default();
    let mut first = arguments.first().into_iter();
    first
        .all(|word| word.text.starts_with(['-', '$']))
        .then(|| StartCommand {
            arguments: arguments.to_vec(),
            image: Some(image.clone()),
            binds,
            for_entry_point: true,
        })
}

/// `ARGS="--agent --config.file=…"` in the file of variables that the unit of a package reads.
fn by_variable(path: &Path, command: &[CommandWord]) -> Option<StartCommand> {
    let [word] = command else {
        return None;
    };
    let is_own = path.file_name()?.to_string_lossy().contains("prometheus");
    let (name, flags) = word.text.split_once('=').filter(|_| is_own)?;
    let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
    if !name.chars().all(is_name) {
        return None;
    }
    let flags = flags.split_whitespace().map(|flag| CommandWord {
        text: flag.to_owned(),
        span: word.span,
    });
    let arguments: Vec<CommandWord> = flags.collect();
    arguments
        .first()
        .is_some_and(is_flag)
        .then_some(StartCommand {
            arguments,
            image: None,
            binds: Vec::new(),
            for_entry_point: false,
        })
}

/// The Prometheus that a block describes: its image or its command says so.
fn container(words: &[CommandWord]) -> Option<StartCommand> {
    let image = words
        .iter()
        .find(|word| is_image(&word.text) && word.text.contains('/'));
    let is_command = |pair: &[CommandWord]| match pair {
        [key, equals, value] => {
            key.text == "command" && equals.text == "=" && value.name() == "prometheus"
        }
        _ => false,
    };
    let is_started = image.is_some() || words.windows(3).any(is_command);
    if !is_started || words.iter().any(|word| word.name() == "promtool") {
        return None;
    }
    let flags = words.iter().enumerate().filter(|(_, word)| is_flag(word));
    let arguments = flags.flat_map(|(at, word)| {
        let takes = WITH_VALUE.contains(&&*word.text);
        let value = words.get(at + 1).filter(|_| takes);
        // In YAML a dash is between them.
        let value = value.map(|value| match &*value.text {
            "-" => words.get(at + 2).unwrap_or(value),
            _ => value,
        });
        [Some(word.clone()), value.cloned()]
    });
    Some(StartCommand {
        arguments: arguments.flatten().collect(),
        image: image.cloned(),
        binds: binds(words),
        for_entry_point: false,
    })
}

fn binds(words: &[CommandWord]) -> Vec<Bind> {
    let binds = words.iter().filter_map(|word| bind(&word.text));
    binds.collect()
}

/// `./x:/y:ro`, or `type=bind,src=./x,dst=/y`.
fn bind(text: &str) -> Option<Bind> {
    let value = |keys: &[&str]| {
        let mut parts = text.split(',');
        parts.find_map(|part| {
            let (key, value) = part.split_once('=')?;
            keys.contains(&key).then_some(value)
        })
    };
    let named = value(&["src", "source"]).zip(value(&["dst", "destination", "target"]));
    let by_colon = || {
        let (from, rest) = text.split_once(":/")?;
        let to = rest.split([':', ',']).next().unwrap_or(rest);
        let is_url = rest.starts_with('/');
        (!from.is_empty() && !is_url).then_some((from, text.get(from.len() + 1..)?, to.len() + 1))
    };
    let (from, to) = match named {
        Some(named) => named,
        None => {
            let (from, rest, length) = by_colon()?;
            (from, rest.get(..length)?)
        }
    };
    Some(Bind {
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

fn deployment(path: &Path, text: &Arc<Text>, started: &StartCommand) -> Option<Deployment> {
    let at = |piece: &CommandWord| Place::new(text, piece.span);
    let argument = |piece: &CommandWord| Argument {
        text: piece.text.clone(),
        place: at(piece),
    };
    let image = started.image.as_ref().map(|piece| Image {
        name: piece.text.clone(),
        place: at(piece),
    });
    let first = started.arguments.first().or(started.image.as_ref())?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let arguments = Arguments {
        replaces: !started.arguments.is_empty(),
        for_entry_point: started.for_entry_point,
        list: started.arguments.iter().map(argument).collect(),
    };
    let name = format!("the command in `{name}`");
    Some(machine(name, path, at(first), arguments, image))
}

/// The configuration and the web configuration that a command names, if they are files of the tree.
fn mounts(deployment: &Deployment, binds: &[Bind], sources: &mut CopySources<'_>) -> Vec<Mount> {
    let arguments = &deployment.arguments;
    let config = arguments
        .value("config.file")
        .map(|(path, place)| (path, place.clone()));
    let by_image = || {
        deployment
            .image
            .as_ref()
            .map(|image| (IMAGE_CONFIG, image.place.clone()))
    };
    let config = config.or_else(by_image);
    let web = arguments
        .value(WEB_FILE)
        .map(|(path, place)| (path, place.clone()));
    let config = config.map(|(path, place)| (deployment.config_file(), path, place));
    let folder = deployment.config_folder();
    let web = web.map(|(path, place)| (inside::join(&folder, path), path, place));
    let named = config.into_iter().chain(web);
    let found = named.filter_map(|(at, path, place)| {
        let source = sources.of(deployment, binds, path)?;
        Some(Mount::new(&at, source, place))
    });
    found.collect()
}
