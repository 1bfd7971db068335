//! Endpoints on the command line of vmagent (VictoriaMetrics v1.140
//! `app/vmagent/remotewrite/{remotewrite,client}.go`).

mod credentials;
pub(super) mod dockerfile;
mod faults;
mod known;
mod mappings;
pub(super) mod unit;
mod value;
mod vmalert;
mod written;

pub(super) use credentials::domain;
pub(super) use mappings::{faults_of_items, of_endpoints, of_mapping, of_urls, shared_with};
pub(super) use vmalert::translate_vmalert;
use vmalert::{APPENDED, KEEPS_PATH};
use written::{WrittenFlag, flags, values, written};

use std::collections::HashMap;
use std::sync::Arc;

use promvet_syntax::shell;

use crate::finding::{Finding, Place, Span};
use crate::schema::dialect::vmagent::{
    ENDPOINT_FLAGS as FLAGS, HEADERS_FLAG, HeaderLine, URL_FLAG as URL, add_headers, complete_keys,
    native_text,
};
use crate::yaml::{Document, Entry, Node, TranslationBuilder, TranslationEntry};
use credentials::{is_on, shared_credentials, too_few};

/// The native names of the flags, for messages.
pub(super) fn spelling() -> impl Iterator<Item = (&'static str, &'static str)> {
    let flags = FLAGS.iter().map(|&(flag, native)| (native, flag));
    flags.chain([("headers", HEADERS_FLAG)])
}

/// One argument of a container, which may be a word of a line.
pub(super) struct ContainerArgument<'d> {
    text: String,
    /// What it is written in.
    node: Node<'d>,
    span: Span,
}

/// The command line of a container.
pub(super) struct CommandLine<'d> {
    /// The container.
    container: Node<'d>,
    arguments: Vec<ContainerArgument<'d>>,
}

impl ContainerArgument<'_> {
    /// Where the text behind some of its bytes is; all of it if quotes or escapes are in between.
    fn behind(&self, from: usize) -> Span {
        if self.span.len() == self.text.len() {
            self.span.part(from, self.text.len())
        } else {
            self.span
        }
    }
}

/// The command lines of containers that run a program, `vmagent` or `vmalert`, in a compose file or a
/// manifest.
pub(super) fn containers<'d>(root: Node<'d>, program: &str) -> Vec<CommandLine<'d>> {
    let lines = all_containers(root).into_iter();
    lines
        .filter_map(|line| command_line(line, program))
        .collect()
}

/// The containers in a compose file or a manifest.
pub(super) fn all_containers(root: Node<'_>) -> Vec<Node<'_>> {
    let services = root.get("services").and_then(Node::mapping);
    let services = services.into_iter().flat_map(|map| map.entries());
    let mut containers: Vec<Node<'_>> = services.map(|entry| entry.value).collect();
    for way in [
        &["spec", "template", "spec", "containers"][..],
        &["spec", "containers"],
        &[
            "spec",
            "jobTemplate",
            "spec",
            "template",
            "spec",
            "containers",
        ],
    ] {
        let list = way.iter().try_fold(root, |node, key| node.get(key));
        containers.extend(list.into_iter().flat_map(Node::items));
    }
    // A run of k6's operator has the keys of a container (`TestRun`).
    containers.extend(root.get("spec").and_then(|spec| spec.get("runner")));
    containers
}

fn command_line<'d>(container: Node<'d>, program: &str) -> Option<CommandLine<'d>> {
    let lists = ["entrypoint", "command", "args"];
    let lists = lists.iter().filter_map(|key| container.get(key));
    let mut arguments: Vec<_> = lists.flat_map(arguments).collect();
    let image = container.get("image").and_then(Node::as_str).unwrap_or("");
    let is_image =
        is_name_of(image, program) || image.contains('$') && has_flags(&arguments, program);
    let mut programs = arguments.iter().filter(|it| !it.text.starts_with('-'));
    if arguments.is_empty() || !(is_image || programs.any(|it| is_name_of(&it.text, program))) {
        return None;
    }
    let by_environment = |it: &ContainerArgument<'_>| {
        let name = it.text.trim_start_matches('-');
        name == "envflag.enable" || name == "envflag.enable=true"
    };
    if arguments.iter().any(by_environment) {
        let prefix = |it: &ContainerArgument<'_>| {
            let flag = it.text.trim_start_matches('-');
            flag.strip_prefix("envflag.prefix=").map(str::to_owned)
        };
        let prefix = arguments.iter().find_map(prefix).unwrap_or_default();
        arguments.extend(variables(container, &prefix));
    }
    Some(CommandLine {
        container,
        arguments,
    })
}

/// Flags that a program alone has among those that send, by which it is known where a variable names
/// its image.
const TELLING: &[(&str, &[&str])] = &[
    ("vmagent", &["promscrape.config", URL]),
    ("vmalert", &["datasource.url", "rule"]),
];

fn has_flags(arguments: &[ContainerArgument<'_>], program: &str) -> bool {
    let given = flags(arguments);
    let mut rows = TELLING.iter().filter(|(name, _)| *name == program);
    rows.any(|(_, names)| {
        let mut names = names.iter();
        names.all(|name| given.iter().any(|flag| flag.name == *name))
    })
}

/// Whether an image or a path is that of a program.
pub(super) fn is_name_of(text: &str, program: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or(text);
    let name = name.split([':', '@']).next().unwrap_or(name);
    name.strip_suffix("-prod").unwrap_or(name) == program
}

/// Variables of the environment that stand for flags, as arguments.
fn variables<'d>(container: Node<'d>, prefix: &str) -> Vec<ContainerArgument<'d>> {
    let variable =
        |name: &str, node: Node<'d>, from: usize| variable(name.strip_prefix(prefix)?, node, from);
    let mut out = Vec::new();
    for key in ["environment", "env"] {
        let Some(set) = container.get(key) else {
            continue;
        };
        let map = set.mapping().into_iter().flat_map(|map| map.entries());
        out.extend(map.filter_map(|entry| variable(entry.name(), entry.value, 0)));
        out.extend(set.items().filter_map(|item| match item.as_str() {
            Some(text) => {
                let (name, value) = text.split_once('=')?;
                variable(name, item, text.len() - value.len())
            }
            None => variable(item.get("name")?.as_str()?, item.get("value")?, 0),
        }));
    }
    out
}

/// The flag that a variable sets: its dots are underscores.
fn variable<'d>(name: &str, node: Node<'d>, from: usize) -> Option<ContainerArgument<'d>> {
    let mut flags = FLAGS.iter().map(|(flag, _)| flag);
    let flag = flags.find(|flag| flag.replace('.', "_") == name)?;
    let scalar = node.scalar()?;
    Some(ContainerArgument {
        text: format!("-{flag}={}", scalar.text.get(from..)?),
        node,
        span: scalar.part(from, scalar.text.len()),
    })
}

/// The arguments of a list, or of a line that a shell splits.
fn arguments(node: Node<'_>) -> Vec<ContainerArgument<'_>> {
    if node.scalar().is_some() {
        return line(node);
    }
    let mut out = Vec::new();
    for item in node.items() {
        let Some(scalar) = item.scalar() else {
            continue;
        };
        // `sh -c "vmagent -remoteWrite.url=…"`
        if scalar.text.contains(char::is_whitespace) && !scalar.text.starts_with('-') {
            out.extend(line(item));
        } else {
            out.push(ContainerArgument {
                text: undoubled(scalar.text),
                node: item,
                span: scalar.part(0, scalar.text.len()),
            });
        }
    }
    out
}

/// A text as the shell behind a compose file gets it: `$$` is one dollar there.
fn undoubled(text: &str) -> String {
    text.replace("$$", "$")
}

/// The words of a line. Their places are looked for in the source, which may be folded and indented.
fn line(node: Node<'_>) -> Vec<ContainerArgument<'_>> {
    let Some(scalar) = node.scalar() else {
        return Vec::new();
    };
    let inner = scalar.inner_span();
    let source = node.document().text().slice(inner);
    let mut from = 0;
    let place = |word: shell::ShellWord| {
        let written = scalar.text.get(word.range).unwrap_or("");
        let found = source.get(from..).and_then(|rest| rest.find(written));
        let span = found.map(|at| {
            let begins = from + at;
            from = begins + written.len();
            inner.part(begins, from)
        });
        ContainerArgument {
            // `vmagent -x; true`
            text: undoubled(word.text.trim_end_matches(';')),
            node,
            span: span.unwrap_or(inner),
        }
    };
    shell::words(scalar.text).into_iter().map(place).collect()
}

/// The native tree of a command line; an empty one if it makes no endpoint.
pub(super) fn translate(source: &Arc<Document>, line: &CommandLine<'_>) -> Document {
    endpoints(source, &line.arguments).unwrap_or_else(|| nothing(source, line))
}

/// A tree without endpoints, for what is wrong with the command line itself.
pub(super) fn nothing(source: &Arc<Document>, line: &CommandLine<'_>) -> Document {
    let mut builder = TranslationBuilder::new(source);
    let root = builder.mapping(line.container, &[]);
    builder.finish(root)
}

/// What is wrong with a command line itself.
pub(super) fn faults(source: &Arc<Document>, line: &CommandLine<'_>) -> Vec<Finding> {
    let mut out = shared_credentials(source, &line.arguments);
    out.extend(too_few(source, &line.arguments));
    out.extend(credentials::split(source, &line.arguments));
    out.extend(credentials::header_beside(source, &line.arguments));
    out.extend(faults::of_vmagent(source, line));
    out
}

/// What is reported if a command line that is whole has no endpoint (`app/vmagent/remotewrite/remotewrite.go`,
/// `Init`).
pub(super) fn no_url(source: &Arc<Document>, line: &CommandLine<'_>) -> Option<Finding> {
    faults::no_url(source, line)
}

/// What is reported about an endpoint of a single node of VictoriaMetrics, which has none.
pub(super) fn of_single(source: &Arc<Document>, line: &CommandLine<'_>) -> Option<Finding> {
    faults::of_single(source, line)
}

/// The same for vmalert, whose endpoints are not read.
pub(super) fn faults_of_vmalert(source: &Arc<Document>, line: &CommandLine<'_>) -> Vec<Finding> {
    faults::of_vmalert(source, line)
}

/// The command line that flags in a mapping make, as in `extraArgs` of a VMAgent.
pub(super) fn in_mapping(flags: Node<'_>) -> CommandLine<'_> {
    let entries = flags.mapping().into_iter().flat_map(|map| map.effective());
    CommandLine {
        container: flags,
        arguments: entries.filter_map(argument_of).collect(),
    }
}

fn argument_of(entry: Entry<'_>) -> Option<ContainerArgument<'_>> {
    let scalar = entry.value.scalar()?;
    Some(ContainerArgument {
        text: format!("-{}={}", entry.name(), scalar.text),
        node: entry.value,
        span: scalar.part(0, scalar.text.len()),
    })
}

/// What is wrong with flags in a mapping.
pub(super) fn faults_of_mapping(source: &Arc<Document>, flags: Node<'_>) -> Vec<Finding> {
    let mut out = faults_of_names(source, flags);
    out.extend(value::faults(
        source,
        &in_mapping(flags).arguments,
        "vmagent",
    ));
    out
}

fn faults_of_names(source: &Arc<Document>, flags: Node<'_>) -> Vec<Finding> {
    let entries = flags.mapping().into_iter().flat_map(|map| map.effective());
    let names = entries.map(|entry| ContainerArgument {
        text: format!("-{}", entry.name()),
        node: entry.key,
        span: entry.key.span(),
    });
    faults::of_names(source, &names.collect::<Vec<_>>())
}

/// Whether a command line has endpoints.
pub(super) fn sends(line: &CommandLine<'_>) -> bool {
    flags(&line.arguments).iter().any(|flag| flag.name == URL)
}

/// A flag that the native tree has no counterpart of.
pub(crate) struct OwnFlag {
    /// Its name without dashes.
    pub(crate) name: String,
    /// What it is set to; of a list of values one.
    pub(crate) value: String,
    /// Where that is.
    pub(crate) place: Place,
}

/// What the names of flags begin with that say what is scraped, and what of it is sent where.
const OF_DATA: &[&str] = &["promscrape.", "remoteWrite.", "streamAggr."];

/// The other flags of the command line that the endpoints of a native tree are from.
pub(crate) fn own_flags(native: &Document) -> Vec<OwnFlag> {
    let (Some(source), Some(root)) = (native.source(), native.root()) else {
        return Vec::new();
    };
    let roots = super::manifest::manifests(source).into_iter();
    let roots = roots.map(|manifest| manifest.root).chain(source.root());
    let lines = roots.flat_map(|root| containers(root, "vmagent"));
    let mut lines = lines.chain(unit::command_line(source));
    let at = root.span();
    let is_it = |line: &CommandLine<'_>| {
        let span = line.container.span();
        span.start <= at.start && at.end <= span.end
    };
    let Some(line) = lines.find(is_it) else {
        return Vec::new();
    };
    let is_own = |name: &str| {
        OF_DATA.iter().any(|start| name.starts_with(start))
            && name != HEADERS_FLAG
            && !FLAGS.iter().any(|(flag, _)| *flag == name)
    };
    let flags = flags(&line.arguments).into_iter();
    flags
        .filter(|flag| is_own(flag.name))
        .map(|flag| OwnFlag {
            name: flag.name.to_owned(),
            value: flag.value.to_owned(),
            place: Place::new(source.text(), flag.span),
        })
        .collect()
}

/// The value of a flag for the URL with a number: the n-th value is that of the n-th URL, and a single one
/// counts for all (`lib/flagutil/array.go`, `GetOptionalArg`).
fn value_for<'f, 'a, 'd>(
    by_name: &'f HashMap<&str, Vec<WrittenFlag<'a, 'd>>>,
    name: &str,
    number: usize,
) -> Option<&'f WrittenFlag<'a, 'd>> {
    let flag = match by_name.get(name)?.as_slice() {
        [only] => Some(only),
        several => several.get(number),
    };
    // An empty one leaves the flag out for its URL.
    flag.filter(|flag| name == URL || !flag.value.is_empty())
}

fn endpoints(source: &Arc<Document>, arguments: &[ContainerArgument<'_>]) -> Option<Document> {
    let mut by_name: HashMap<&str, Vec<WrittenFlag<'_, '_>>> = HashMap::new();
    for flag in flags(arguments) {
        by_name.entry(flag.name).or_default().push(flag);
    }
    let urls = by_name.get(URL)?;
    let first = urls.first()?.node;
    let mut builder = TranslationBuilder::new(source);
    let mut entries = Vec::new();
    for number in 0..urls.len() {
        let mut items: Vec<TranslationEntry<'_>> = Vec::new();
        for &(name, native) in FLAGS {
            let flag = value_for(&by_name, name, number);
            let flag = flag.filter(|_| is_on(&by_name, name, number));
            if let Some((flag, text)) =
                flag.and_then(|flag| Some((flag, native_text(native, flag.value)?)))
            {
                let value = builder.part(flag.node, flag.span, text);
                items.push((native, flag.node, value));
            }
        }
        complete_keys(&mut builder, &mut items);
        let line = value_for(&by_name, HEADERS_FLAG, number).map(|flag| HeaderLine {
            node: flag.node,
            span: flag.span,
            text: flag.value,
        });
        add_headers(&mut builder, line.as_slice(), &mut items);
        let pairs = builder.assemble(first, items);
        entries.push(builder.mapping(first, &pairs));
    }
    let list = builder.sequence(first, &entries);
    let key = builder.scalar(first, "remote_write");
    let root = builder.mapping(first, &[(key, list)]);
    Some(builder.finish(root))
}
