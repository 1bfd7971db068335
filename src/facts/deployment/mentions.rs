//! Starts of Prometheus in texts that are not read as deployments: units of systemd, quadlets, shell
//! scripts, jobs of Nomad, objects of kinds that promvet does not know.

#[cfg(test)]
mod tests;
mod words;

use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::image::names_similar;
use super::{inside, is_dockerfile};
use crate::finding::{Place, Span, Text};
use words::{dedented, file_of_chart, goes_on, is_agent, is_prometheus, quoted_path, value};

/// The flag that names the configuration.
const FLAG: &str = "config.file";

/// Where the image of Prometheus looks, without the first slash and the ending.
const DEFAULT: &str = "etc/prometheus/prometheus.y";

/// The flag by which programs of VictoriaMetrics take flags from variables (`lib/envflag`).
const ENVIRONMENT: &str = "envflag.enable";

/// The name of the configuration in ConfigMaps, without its ending.
const KEY: &str = "prometheus.y";

/// Flags that hold a configuration that sends, of Thanos (`--remote-write.config`) and of the
/// OpenTelemetry Collector (`--config=yaml:…`).
const INLINE: &[&str] = &["remote-write.config=", "config=yaml:"];

/// How kubectl makes a ConfigMap with the configuration.
const FROM_FILE: &str = "--from-file=prometheus.y";

/// How a template of Helm takes a file of its chart.
const FILES_GET: &str = ".Files.Get";

/// Endings of documentation and source code, in which a flag is an example.
const PROSE: &[&str] = &[
    "adoc", "c", "cc", "cpp", "cs", "css", "go", "h", "html", "ipynb", "java", "js", "jsx", "kt",
    "lua", "md", "markdown", "mdx", "php", "py", "rb", "rs", "rst", "scala", "svg", "swift", "ts",
    "tsx", "txt",
];

/// What lists paths without loading them, by the ends of names and the beginnings of paths: owners of
/// files, what tools leave out, and what runs when files change.
const LISTS: &[&str] = &[
    "CODEOWNERS",
    "ignore",
    ".gitattributes",
    ".pre-commit-config.yaml",
    "promvet.yaml",
    // What jobs run, which check files and start nothing.
    ".gitlab-ci.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
    // What tools report, those of promvet among them.
    ".json",
    ".xml",
    ".sarif",
    ".csv",
    ".html",
    ".log",
];
const WORKFLOWS: &[&str] = &[".github/", ".circleci/", ".gitlab/"];

/// Tools that read a configuration without running it.
const CHECKERS: &[&str] = &["promtool", "promvet", "pint ", "yamllint", "git "];

/// How many lines around a flag are looked at for the name of the program: the length of the
/// definition of a container.
const NEAR: usize = 40;

/// How many lines before and after its path the source of a file may be written, or its text.
const TASK: usize = 6;

/// The characters that end a path in scripts and in lists of YAML and JSON.
const ENDS: &[char] = &['"', '\'', ',', ';', ')', ']', '`', '\\', '|', '&', '<', '>'];

/// A start of a program with a configuration.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    /// The flag, or the mount.
    pub(crate) place: Place,
    /// What it says.
    pub(crate) what: Mentioned,
}

/// What a mention says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mentioned {
    /// Prometheus is started with a file of this path, where it runs or on the machine.
    Started(String),
    /// A file is copied to where Prometheus looks.
    Copied(String),
    /// A variable names the file.
    Variable,
    /// The flags of vmagent are in variables.
    Environment,
    /// A template fills the configuration in a manifest.
    Filled,
    /// A flag of another program holds what it sends by.
    Inline,
    /// A text is written to where Prometheus looks, as Ansible and cloud-init have it.
    Written,
    /// A path with the name of the configuration, whatever is done with it.
    Named(String),
    /// A key with the name of the configuration holds this text.
    Held(String),
}

/// Whether a file may mention one: by its name and a scan of its bytes.
pub(crate) fn may_mention(path: &Path, bytes: &[u8]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let is_prose = ending.is_some_and(|ending| PROSE.contains(&&*ending.to_ascii_lowercase()));
    let words = [FLAG, KEY, ENVIRONMENT, FILES_GET];
    let mut words = words.iter().chain(INLINE);
    !is_prose
        && !is_dockerfile(path)
        && words.any(|word| memmem::find(bytes, word.as_bytes()).is_some())
}

/// The mentions in a text, but for those that were understood as parts of a deployment.
pub(crate) fn mentions(text: &Arc<Text>, understood: &[Span]) -> Vec<Mention> {
    let reader = MentionReader {
        text,
        content: text.content(),
    };
    let is_new = |at: usize| {
        let mut understood = understood.iter();
        !understood.any(|span| (span.start as usize..span.end as usize).contains(&at))
    };
    let every = |word: &'static str| {
        let found = memmem::find_iter(text.content().as_bytes(), word.as_bytes());
        found.filter(|at| !reader.is_comment(*at))
    };
    let places = |word: &'static str| every(word).filter(|at| is_new(*at));
    let mut out: Vec<Mention> = Vec::new();
    out.extend(places(FROM_FILE).filter_map(|at| reader.kubectl_file(at)));
    out.extend(places(FLAG).filter_map(|at| reader.flag(at)));
    out.extend(places(DEFAULT).filter_map(|at| reader.default(at)));
    out.extend(places(KEY).filter_map(|at| reader.filled(at)));
    out.extend(places(FILES_GET).filter_map(|at| reader.file_of_chart(at)));
    let path = text.path();
    let is_list = WORKFLOWS.iter().any(|folder| path.contains(folder))
        || LISTS.iter().any(|end| path.ends_with(end));
    if !is_list {
        out.extend(every(KEY).filter_map(|at| reader.named(at)));
    }
    out.extend(every(ENVIRONMENT).filter_map(|at| reader.environment(at)));
    for word in INLINE {
        out.extend(every(word).filter_map(|at| reader.inline(at, word)));
    }
    if !out.is_empty() {
        // A script that is named as evidence: sentences repeat paths of it.
        text.recognize_words();
    }
    out
}

struct MentionReader<'t> {
    text: &'t Arc<Text>,
    content: &'t str,
}

impl<'t> MentionReader<'t> {
    fn mention(&self, from: usize, to: usize, what: Mentioned) -> Mention {
        let place = Place::new(self.text, Span::new(from, to));
        Mention { place, what }
    }

    /// The flag `--config.file` with its value, if it is one of Prometheus.
    fn flag(&self, at: usize) -> Option<Mention> {
        let from = self.flag_begins(at)?;
        let behind = self.content.get(at + FLAG.len()..)?;
        if behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            return None;
        }
        let value = value(behind);
        if !self.is_prometheus(at, value) {
            return None;
        }
        let what = if value.is_empty() || value.contains(['$', '{', '%', '<']) {
            Mentioned::Variable
        } else {
            // What is mounted there, in `docker run` and in quadlets.
            let source = self.source_of(value);
            Mentioned::Started(source.unwrap_or(value).to_owned())
        };
        Some(self.mention(from, at + FLAG.len(), what))
    }

    /// Where a flag begins whose name is at some place.
    fn flag_begins(&self, at: usize) -> Option<usize> {
        let before = self.content.get(..at)?;
        let bare = before.trim_end_matches('-');
        let dashes = before.len() - bare.len();
        let begins = |c: char| c.is_whitespace() || "\"'=[,(`:>".contains(c);
        (matches!(dashes, 1 | 2) && (bare.is_empty() || bare.ends_with(begins)))
            .then_some(bare.len())
    }

    /// What is mounted at or copied to the path where the image of Prometheus looks.
    fn default(&self, at: usize) -> Option<Mention> {
        let path_begins = at.checked_sub(1)?;
        let before = self.content.get(..path_begins)?;
        let line = self.line(at);
        let in_line = before.get(line.0..)?;
        let token_begins = in_line
            .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | '`'))
            .map_or(line.0, |space| line.0 + space + 1);
        let token = before.get(token_begins..)?;
        let source = |token: &'t str| {
            let parts = token.split(',');
            let named = |part: &&str| part.starts_with("src=") || part.starts_with("source=");
            parts
                .clone()
                .find(named)?
                .split_once('=')
                .map(|(_, path)| path)
        };
        if let Some(mounted) = token.strip_suffix(':') {
            // `--volume=./x:/etc/prometheus/prometheus.yml`
            let path = mounted.rsplit(['=', ',']).next().unwrap_or(mounted);
            return self.path(token_begins, at, path, Mentioned::Started);
        }
        let token = self.content.get(token_begins..line.1)?;
        let token = token.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        let token = token.clone().next().unwrap_or_default();
        if let Some(path) = source(token) {
            return self.path(token_begins, at, path, Mentioned::Started);
        }
        if let Some(found) = self.task(token_begins, at) {
            return Some(found);
        }
        let words = in_line.get(..token_begins - line.0)?;
        let path = words.split_whitespace().next_back()?;
        let path = path.strip_prefix("src=").unwrap_or(path);
        self.path(token_begins, at, path, Mentioned::Copied)
    }

    /// A task of Ansible, or an entry of cloud-init, that writes the configuration: a file that is copied,
    /// or a text.
    fn task(&self, from: usize, to: usize) -> Option<Mention> {
        const KEYS: &[&str] = &["dest:", "path:", "destination:"];
        let begin = self.begin_of_line(from);
        let key = self.content.get(begin..from)?.trim();
        let key = key.trim_start_matches("- ");
        if !KEYS.contains(&key) {
            return None;
        }
        let before = self.content.get(..begin)?.lines().rev().take(TASK);
        let after = self.content.get(self.end_of_line(to)..)?.lines().take(TASK);
        let lines: Vec<&str> = before.chain(after).collect();
        let value = |key: &str| {
            let mut lines = lines
                .iter()
                .map(|line| line.trim().trim_start_matches("- "));
            lines.find_map(|line| line.strip_prefix(key))
        };
        match (value("src:"), value("content:")) {
            (Some(source), _) => self.path(from, to, source.trim(), Mentioned::Copied),
            (None, Some(_)) => Some(self.mention(from, to, Mentioned::Written)),
            (None, None) => None,
        }
    }

    /// The file that kubectl makes the configuration of.
    fn kubectl_file(&self, at: usize) -> Option<Mention> {
        let behind = self.content.get(at + FROM_FILE.len()..)?;
        let (ending, path) = behind.split_once('=')?;
        if !matches!(ending, "ml" | "aml") {
            return None;
        }
        let path = path
            .split(|c: char| c.is_whitespace() || ENDS.contains(&c))
            .next()?;
        self.path(at, at + FROM_FILE.len(), path, Mentioned::Started)
    }

    fn path(
        &self,
        from: usize,
        to: usize,
        path: &str,
        what: fn(String) -> Mentioned,
    ) -> Option<Mention> {
        let path = path.trim_matches(['"', '\'']);
        if path.is_empty() || path.starts_with('-') || path.contains("://") {
            return None;
        }
        let what = match path.contains(['{', '<']) {
            true => Mentioned::Variable,
            // `$PWD/x.cfg` is a file of the folder.
            false => what(path.to_owned()),
        };
        Some(self.mention(from, to, what))
    }

    /// A key with the name of the configuration whose value is nothing but tags of a template.
    fn filled(&self, at: usize) -> Option<Mention> {
        let from = self.begin_of_line(at);
        let to = self.end_of_line(at);
        let line = self.content.get(from..to)?;
        let indent = line.len() - line.trim_start().len();
        let key = line.trim_start().trim_start_matches(['"', '\'']);
        let key = key.strip_prefix(KEY)?;
        let key = key.strip_prefix("aml").or_else(|| key.strip_prefix("ml"))?;
        let value = key
            .trim_start_matches(['"', '\''])
            .strip_prefix(':')?
            .trim();
        let is_tag = |line: &str| line.trim_start().starts_with("{{");
        let is_block = value.is_empty() || value.starts_with(['|', '>']);
        let below = self.content.get(to..)?.lines().skip(1);
        let below: Vec<&str> = below
            .take_while(|line| {
                let own = line.len() - line.trim_start().len();
                line.trim().is_empty() || own > indent || is_tag(line)
            })
            .filter(|line| !line.trim().is_empty())
            .collect();
        let is_filled = match is_block {
            true => !below.is_empty() && below.iter().all(|line| is_tag(line)),
            false => is_tag(value.trim_start_matches(['"', '\''])),
        };
        let mut lines = below.iter().copied().chain([value]);
        let what = match lines.find_map(file_of_chart) {
            Some(path) => Mentioned::Started(path.to_owned()),
            None => Mentioned::Filled,
        };
        if is_block && !is_filled && !below.is_empty() {
            let end = below.last().map_or(to, |last| self.end_of(last));
            return Some(self.mention(at, end, Mentioned::Held(dedented(&below))));
        }
        is_filled.then(|| self.mention(at, to, what))
    }

    /// Where a part of the text ends.
    fn end_of(&self, part: &str) -> usize {
        let from = part
            .as_ptr()
            .addr()
            .saturating_sub(self.content.as_ptr().addr());
        from + part.len()
    }

    /// A path to a file with the name of the configuration, in whatever script or format. One from the
    /// root on is that of a machine or a container.
    fn named(&self, at: usize) -> Option<Mention> {
        let behind = self.content.get(at + KEY.len()..)?;
        let ending = ["aml", "ml"].iter().find(|end| behind.starts_with(**end))?;
        let to = at + KEY.len() + ending.len();
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
        if self.content.get(to..)?.starts_with(goes_on) {
            return None;
        }
        let is_path = |c: char| c.is_alphanumeric() || "._-/$~{}@%".contains(c);
        let before = self.content.get(self.begin_of_line(at)..at)?;
        let from = at - before.len() + before.trim_end_matches(is_path).len();
        // Another command on the line may still load it.
        let command = before.rsplit([';', '|', '&']).next().unwrap_or(before);
        if CHECKERS.iter().any(|tool| command.contains(tool)) {
            return None;
        }
        let path = self.content.get(from..to)?;
        let is_address = path.starts_with("//") && before.contains(':');
        let is_ours = path.contains('/') && (is_address || !path.starts_with('/'));
        (is_ours && !path.contains(DEFAULT))
            .then(|| self.mention(from, to, Mentioned::Named(path.to_owned())))
    }

    /// A file of the chart that a template takes.
    fn file_of_chart(&self, at: usize) -> Option<Mention> {
        let behind = self.content.get(at + FILES_GET.len()..)?;
        let line = behind.lines().next()?;
        let path = quoted_path(line)?;
        let what = Mentioned::Copied(path.to_owned());
        Some(self.mention(at, at + FILES_GET.len(), what))
    }

    fn inline(&self, at: usize, flag: &str) -> Option<Mention> {
        let from = self.flag_begins(at)?;
        let value = self.content.get(at + flag.len()..self.end_of_line(at))?;
        let sends = flag.starts_with("remote") || value.contains("prometheusremotewrite");
        sends.then(|| self.mention(from, at + flag.len(), Mentioned::Inline))
    }

    fn environment(&self, at: usize) -> Option<Mention> {
        let from = self.flag_begins(at)?;
        let is_vmagent = self.content.contains("vmagent");
        let end = at + ENVIRONMENT.len();
        is_vmagent.then(|| self.mention(from, end, Mentioned::Environment))
    }

    /// What is mounted at a path: the text before `:/path`.
    fn source_of(&self, path: &str) -> Option<&'t str> {
        if !path.starts_with('/') {
            return None;
        }
        let mount = format!(":{path}");
        let mut found = memmem::find_iter(self.content.as_bytes(), mount.as_bytes());
        found.find_map(|at| {
            let behind = self.content.get(at + mount.len()..)?;
            let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
            let before = self.content.get(..at)?;
            let from = before.rfind(|c: char| c.is_whitespace() || c == '=' || ENDS.contains(&c));
            let source = before.get(from.map_or(0, |from| from + 1)..)?;
            (!behind.starts_with(goes_on) && !source.is_empty()).then_some(source)
        })
    }

    /// Whether a flag is one of Prometheus: its value, its own command or the lines around say so.
    fn is_prometheus(&self, at: usize, value: &str) -> bool {
        if names_similar(value) {
            return false;
        }
        let (from, to) = self.line(at);
        let own = self.content.get(from..to).unwrap_or_default();
        let own = own.replace(value, "");
        let says = |text: &str| match (names_similar(text) || is_agent(text), is_prometheus(text)) {
            (true, _) => Some(false),
            (false, is_prometheus) => is_prometheus.then_some(true),
        };
        if let Some(said) = says(&own) {
            return said;
        }
        let before = self.content.get(..from).unwrap_or_default();
        let after = self.content.get(to..).unwrap_or_default();
        let is_content = |line: &&str| !line.trim_start().starts_with('#');
        let before = before.lines().rev().filter(is_content).take(NEAR);
        let after = after.lines().filter(is_content).take(NEAR);
        let said = before.chain(after).find_map(says);
        // The name of the file may be that of the program: `/etc/default/prometheus`.
        said.unwrap_or_else(|| is_prometheus(value) || is_prometheus(self.text.path()))
    }

    /// The line of a place, with those that a backslash joins to it.
    fn line(&self, at: usize) -> (usize, usize) {
        let mut from = self.begin_of_line(at);
        while let Some(end) = from.checked_sub(1) {
            if !self.content.get(..end).is_some_and(goes_on) {
                break;
            }
            from = self.begin_of_line(end);
        }
        let mut to = self.end_of_line(at);
        while self.content.get(..to).is_some_and(goes_on) && to < self.content.len() {
            to = self.end_of_line(to + 1);
        }
        (from, to)
    }

    fn begin_of_line(&self, at: usize) -> usize {
        let before = self.content.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |end| end + 1)
    }

    fn end_of_line(&self, at: usize) -> usize {
        let behind = self.content.get(at..).unwrap_or_default();
        behind.find('\n').map_or(self.content.len(), |end| at + end)
    }

    /// Whether a place is in a comment of a script, of YAML or of a unit.
    fn is_comment(&self, at: usize) -> bool {
        let line = self.content.get(self.begin_of_line(at)..at);
        let line = line.unwrap_or_default().trim_start();
        line.starts_with(['#', ';']) || line.starts_with("//") || line.contains(" # ")
    }
}

/// The name of the file that a mention means.
pub(crate) fn name_of(path: &str) -> &str {
    inside::name(path)
}
