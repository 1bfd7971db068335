//! The suppressions of a file, and what each of them is for.

use std::path::Path;
use std::sync::Arc;

use super::directive::{self, CommentScope, Malformed, NEEDLE, SuppressionComment};
use super::slashes;
use crate::discover::{self, Branches, FileContent, RecognizedFile, mask};
use crate::finding::{Place, Span, Text};
use crate::yaml::{
    Comment, CommentedItem, Document, comments, comments_by_look, line_of, next_content_line,
    parse_all,
};

/// Which findings of its file a suppression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covers {
    /// All.
    File,
    /// Those of a text that is in the file.
    Inner(Span),
    /// Those that begin here, the end included: what is absent has a place without length there.
    Span(Span),
    /// None, since nothing follows it.
    Nothing,
}

impl Covers {
    /// Whether a finding that begins at an offset is one of them.
    pub(crate) fn has(self, offset: u32) -> bool {
        match self {
            Self::File => true,
            Self::Inner(span) | Self::Span(span) => (span.start..=span.end).contains(&offset),
            Self::Nothing => false,
        }
    }
}

/// A suppression where it is.
#[derive(Clone, Debug)]
pub(crate) struct PlacedSuppression {
    /// What it says. Its spans are those of the file.
    pub(crate) directive: SuppressionComment,
    /// What it is for.
    pub(crate) covers: Covers,
    /// Whether it is behind something in its line.
    pub(crate) trailing: bool,
    /// The path of keys to what it is for; where no key begins there, to the text that it is in.
    pub(crate) logical: String,
    /// The same with list items by name, which survives inserted neighbors.
    pub(crate) identity: String,
    /// What has to go so that the comment is gone: with its line, if it has that for itself.
    pub(crate) removal: Span,
    /// Whether all that it could be for was judged, so that it is one too many if it hides nothing.
    pub(crate) thorough: bool,
}

/// The suppressions of a text, in the order of the text.
#[derive(Clone, Debug)]
pub(crate) struct TextSuppressions {
    /// The text.
    pub(crate) text: Arc<Text>,
    /// The suppressions.
    pub(crate) list: Vec<PlacedSuppression>,
    /// Comments that were meant as such.
    pub(crate) malformed: Vec<Malformed>,
}

/// The most names that suppressions of one file may have together. Each is held against every
/// finding of the file.
pub(super) const MOST: usize = 1000;

/// Whether a file may hold suppressions: all that a file without any costs.
pub(crate) fn may_hold(text: &Text) -> bool {
    memchr::memmem::find(text.content().as_bytes(), NEEDLE.as_bytes()).is_some()
}

impl TextSuppressions {
    /// Those of a text that was recognized; none if it has none.
    pub(super) fn of(recognized: &RecognizedFile) -> Option<Self> {
        let text = &recognized.text;
        match &recognized.what {
            _ if !may_hold(text) => None,
            FileContent::Configuration { document, .. } if !document.is_yaml() => {
                Self::of_text(text, is_thorough(recognized))
            }
            FileContent::Configuration { document, .. } | FileContent::Rules { document } => {
                let masked = recognized
                    .masked
                    .then(|| mask(text.content(), Branches::All))
                    .flatten();
                let content = masked
                    .as_ref()
                    .map_or(text.content(), |mask| &*mask.content);
                let documents = Some(std::slice::from_ref(document));
                Self::read(text, content, documents, is_thorough(recognized))
            }
            FileContent::Broken { .. } => Self::read(text, text.content(), None, false),
            FileContent::LetGo { .. } | FileContent::Encoded { .. } | FileContent::Unread(_) => {
                None
            }
            FileContent::Other { .. } | FileContent::Unknown => Self::of_text(text, false),
        }
    }

    /// Those of any other text; none if it has none. `thorough` says whether what it contains was
    /// judged.
    pub(super) fn of_text(text: &Arc<Text>, thorough: bool) -> Option<Self> {
        if !may_hold(text) {
            return None;
        }
        if let Some(content) = slashes::as_hashes(text) {
            return Self::read(text, &content, None, thorough);
        }
        let (documents, error) = parse_all(text);
        let documents = error.is_none().then_some(&*documents);
        // TOML, a unit or flags, which a reader of its own has read.
        let is_other = || !discover::has_yaml_name(Path::new(&**text.path()));
        let thorough = thorough && (documents.is_some() || is_other());
        Self::read(text, text.content(), documents, thorough)
    }

    fn read(
        text: &Arc<Text>,
        content: &str,
        documents: Option<&[Document]>,
        thorough: bool,
    ) -> Option<Self> {
        let found = match documents {
            Some(documents) => comments(content, documents, NEEDLE),
            None => comments_by_look(content, NEEDLE),
        };
        let mut marks = Self {
            text: Arc::clone(text),
            list: Vec::new(),
            malformed: Vec::new(),
        };
        let mut site = SuppressionSites {
            text,
            thorough,
            content,
            documents: documents.unwrap_or(&[]),
            known_to: 0,
            next: None,
        };
        let mut names = 0;
        for comment in found {
            let range = comment.span.start as usize..comment.span.end as usize;
            let words = match documents {
                Some(_) => text.slice(comment.span),
                None => content.get(range).unwrap_or(""),
            };
            let Some(read) = directive::read(words, comment.span, comment.trailing) else {
                continue;
            };
            let read = read.and_then(|directive| site.mark(comment, directive));
            names += read.as_ref().map_or(1, |mark| mark.directive.names.len());
            if names > MOST {
                marks.malformed.push(too_many(comment.span));
                break;
            }
            match read {
                Ok(mark) => marks.list.push(mark),
                Err(malformed) => marks.malformed.push(malformed),
            }
        }
        let empty = marks.list.is_empty() && marks.malformed.is_empty();
        if !empty {
            // A file with a comment for promvet is one that promvet is meant to read.
            text.recognize();
        }
        (!empty).then_some(marks)
    }

    /// The place of a span of the file.
    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(&self.text, span)
    }
}

/// Whether all of a text was judged.
pub(super) fn is_thorough(recognized: &RecognizedFile) -> bool {
    matches!(recognized.what, FileContent::Configuration { .. }) && !recognized.masked
}

/// Says that a file has more than are looked at.
pub(super) fn too_many(span: Span) -> Malformed {
    Malformed {
        right: None,
        span,
        message: format!(
            "this file suppresses more than {MOST} names: this comment and those below have no \
             effect"
        ),
        help: "write `# promvet: ignore-file[rule]` once for the whole file".into(),
    }
}

/// Where suppressions are.
struct SuppressionSites<'t> {
    text: &'t Arc<Text>,
    thorough: bool,
    /// The text as it was parsed: where tags of a template are covered, they are nothing that a
    /// suppression could be for, but belong to what follows.
    content: &'t str,
    documents: &'t [Document],
    /// Up to where the lines of content behind the last comment that was asked about are those of
    /// other comments too.
    known_to: u32,
    /// These lines, as written and as parsed; none if nothing follows.
    next: Option<(Span, Span)>,
}

impl<'t> SuppressionSites<'t> {
    /// The first lines of content behind a comment, as written and as parsed.
    fn next_lines(&mut self, comment: Comment) -> Option<(Span, Span)> {
        let at = comment.span.start;
        if at >= self.known_to {
            let next = next_content_line(self.content, at);
            self.next = next.map(|next| {
                let first = next_content_line(self.text.content(), at).unwrap_or(next);
                (first, next)
            });
            self.known_to = self.next.map_or(u32::MAX, |(first, _)| first.start);
        }
        self.next
    }

    fn unit_on(&self, line: Span) -> Option<CommentedItem<'t>> {
        self.documents
            .iter()
            .find_map(|document| document.unit_on(line))
    }

    /// Finds out what a suppression is for.
    fn mark(
        &mut self,
        comment: Comment,
        directive: SuppressionComment,
    ) -> Result<PlacedSuppression, Malformed> {
        let line = line_of(self.content, comment.span.start);
        let (covers, unit) = match directive.scope {
            CommentScope::File if comment.trailing || comment.span.start > line.start => {
                return Err(Malformed {
                    right: None,
                    span: directive.span,
                    message: "a comment for the whole file must begin a separate line; here it \
                        has no effect"
                        .into(),
                    help: "move it to the top of the file, or write `# promvet: ignore[rule]` \
                        for this line"
                        .into(),
                });
            }
            CommentScope::File if self.text.is_embedded() => {
                let all = Span::new(0, self.text.content().len());
                (Covers::Inner(all), None)
            }
            CommentScope::File => (Covers::File, None),
            CommentScope::Here if comment.trailing => (Covers::Span(line), self.unit_on(line)),
            CommentScope::Here => match self.next_lines(comment) {
                None => (Covers::Nothing, None),
                Some((first, next)) => {
                    let unit = self.unit_on(next);
                    let span = unit.map_or(next, |unit| next.join(unit.span));
                    (Covers::Span(first.join(span)), unit)
                }
            },
        };
        let within = self.text.within();
        let removal = removal(self.content, line, comment, directive.span);
        Ok(PlacedSuppression {
            directive,
            covers,
            trailing: comment.trailing,
            logical: unit.map_or(within.logical.clone(), |unit| unit.node.path()),
            identity: unit.map_or(within.identity.clone(), |unit| unit.node.identity()),
            removal,
            thorough: self.thorough,
        })
    }
}

/// A comment with the blanks before it; with its whole line, if it has that for itself.
pub(super) fn removal(content: &str, line: Span, comment: Comment, whole: Span) -> Span {
    if comment.trailing {
        let end = whole.start as usize;
        let before = content.get(line.start as usize..end).unwrap_or("");
        return Span::new(
            line.start as usize + before.trim_end().len(),
            line.end as usize,
        );
    }
    let end = line.end as usize;
    let rest = content.get(end..).unwrap_or("");
    let breaks = if rest.starts_with("\r\n") {
        2
    } else {
        rest.len().min(1)
    };
    Span::new(line.start as usize, end + breaks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(source: &str) -> Vec<(String, String)> {
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        let marks = TextSuppressions::of_text(&text, false);
        let list = marks.map_or(Vec::new(), |marks| marks.list);
        list.iter()
            .map(|mark| {
                let covers = match mark.covers {
                    Covers::File => "file".to_owned(),
                    Covers::Inner(span) | Covers::Span(span) => text.slice(span).to_owned(),
                    Covers::Nothing => "nothing".to_owned(),
                };
                (covers, mark.identity.clone())
            })
            .collect()
    }

    #[test]
    fn a_suppression_is_for_its_line_or_what_is_below() {
        const ONE: &str = "# promvet: ignore[x]";
        for (source, covers, identity) in [
            ("a:\n  - url: b @\n    c: d\n", "  - url: b @", "a[b]"),
            (
                "a:\n  @\n  - name: b\n    c: d\n  - e\n",
                "  - name: b\n    c: d",
                "a[b]",
            ),
            ("@\n\n# x\na:\n  - b\nc: d\n", "a:\n  - b", "a"),
            (
                "a:\n  - b: c\n    @\n    d: e\n  - f\n",
                "    d: e",
                "a[0].d",
            ),
            ("a: @\n  - b\n", "a: @", "a"),
            ("a: [\n @\n {b: c,\n d: e}]\n", " {b: c,\n d: e}", "a[0]"),
            ("a: [b,\n @\n ]\n", " ]", ""),
            ("a: b\n@\n", "nothing", ""),
            ("a: b: c\n@\nd: e\n", "d: e", ""),
            ("a: b\r\n@\r\nc:\r\n  d: e\r\n", "c:\r\n  d: e", "c"),
        ] {
            let source = source.replace('@', ONE);
            let covers = covers.replace('@', ONE);
            assert_eq!(marks(&source), [(covers, identity.to_owned())], "{source}");
        }
        assert_eq!(marks("# promvet: ignore-file[x]\na: b\n")[0].0, "file");
        assert_eq!(marks("a:\n  # promvet: ignore-file[x]\n  b: c\n"), []);
        assert_eq!(marks("a: '# promvet: ignore[x]'\n"), []);
    }

    #[test]
    fn a_file_of_suppressions_ends_soon() {
        for one in [
            "# promvet: ignore[tls]\n",
            "# promvet: ignore[tls] x # promvet: ",
            "promvet, ",
            "a: b # promvet: ignore[tls]\n",
            "####### promvet",
        ] {
            for head in ["", "# promvet: ignore[", "a: b #"] {
                let source = format!("{head}{}", one.repeat(20_000));
                let text = Text::new("t.yml", source.into_bytes());
                let marks = TextSuppressions::of_text(&text, false);
                let list = marks.map_or(Vec::new(), |marks| marks.list);
                assert!(list.len() <= MOST, "{one:?}");
            }
        }
    }

    #[test]
    fn a_comment_goes_with_its_line_if_that_is_its_own() {
        for (source, left) in [
            ("a: b  # promvet: ignore[x] y \nc: d\n", "a: b\nc: d\n"),
            ("a: b # z # promvet: ignore[x]\n", "a: b # z\n"),
            ("  # promvet: ignore[x]\na: b\n", "a: b\n"),
            ("# promvet: ignore[x]\r\na: b\r\n", "a: b\r\n"),
            ("a: b\n# promvet: ignore[x]", "a: b\n"),
        ] {
            let text = Text::new("t.yml", source.as_bytes().to_vec());
            let removal = TextSuppressions::of_text(&text, false).unwrap().list[0].removal;
            let mut out = source.to_owned();
            out.replace_range(removal.start as usize..removal.end as usize, "");
            assert_eq!(out, left);
        }
    }
}
