//! Patterns over paths and host names.

use globset::GlobBuilder;
use regex::bytes::{Regex, RegexBuilder};

use super::read::Mistakes;
use crate::finding::Place;
use crate::yaml::Node;

/// A pattern over paths or host names, with its place.
#[derive(Clone, Debug)]
pub struct Glob {
    /// As written.
    pub pattern: String,
    /// Where.
    pub place: Place,
    matcher: Regex,
    folder: String,
    paths: bool,
}

impl Glob {
    /// Whether it matches a path or a host name.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        text.strip_prefix(self.folder.as_str())
            .is_some_and(|below| self.matcher.is_match(below.as_bytes()))
    }

    /// The folder that it counts from, as a prefix of paths.
    pub(super) fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether it is over paths, in which `*` matches no slash.
    pub(super) fn is_of_paths(&self) -> bool {
        self.paths
    }
}

/// The longest pattern, in bytes: groups can be nested in it, and are walked by recursion.
const LONGEST: usize = 1024;

impl Mistakes {
    /// One pattern of paths or a list of them; `*` matches no slash, and they count from the
    /// folder of the file.
    pub(super) fn paths(&mut self, node: Node<'_>, what: &str) -> Vec<Glob> {
        let folder = self.folder.clone();
        let texts = self.texts(node, what);
        let globs = texts.into_iter().filter_map(|(text, node)| {
            let below = text.strip_prefix("./").unwrap_or(text);
            self.glob(below, node, &folder, true)
        });
        globs.collect()
    }

    /// One pattern of host names or a list of them; `*` matches any text, dots included.
    pub(super) fn hosts(&mut self, node: Node<'_>, what: &str) -> Vec<Glob> {
        let texts = self.texts(node, what);
        let globs = texts
            .into_iter()
            .filter_map(|(text, node)| self.glob(&text.to_ascii_lowercase(), node, "", false));
        globs.collect()
    }

    /// A pattern of any text.
    pub(super) fn any(&mut self, text: &str, node: Node<'_>) -> Option<Glob> {
        self.glob(text, node, "", false)
    }

    fn glob(&mut self, text: &str, node: Node<'_>, folder: &str, paths: bool) -> Option<Glob> {
        if text.len() > LONGEST {
            let message = format!("this pattern is longer than {LONGEST} bytes");
            self.add(node, message, None);
            return None;
        }
        let glob = match GlobBuilder::new(text).literal_separator(paths).build() {
            Ok(glob) => glob,
            Err(error) => {
                let message = format!("not a valid pattern: {}", error.kind());
                self.add(node, message, None);
                return None;
            }
        };
        // globset's own matcher takes it for granted that there is room.
        let matcher = RegexBuilder::new(glob.regex())
            .dot_matches_new_line(true)
            .build();
        if matcher.is_err() {
            self.add(node, "this pattern is too long or nested too deep", None);
        }
        Some(Glob {
            pattern: text.to_owned(),
            place: node.place(),
            matcher: matcher.ok()?,
            folder: folder.to_owned(),
            paths,
        })
    }
}
