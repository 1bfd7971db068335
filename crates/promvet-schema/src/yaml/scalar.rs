//! Scalars and what go-yaml takes them for.

use promvet_text::Span;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar: its text after unescaping and folding, and how it was written.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'d> {
    /// The value's text.
    pub text: &'d str,
    /// How it is written.
    pub style: Style,
    /// An explicit tag, in its long form (`tag:yaml.org,2002:str`), or `!`.
    pub tag: Option<&'d str>,
    /// Where it is, quotes included.
    pub span: Span,
}

impl Default for Scalar<'_> {
    fn default() -> Self {
        Self {
            text: "",
            style: Style::Plain,
            tag: None,
            span: Span::default(),
        }
    }
}

impl<'d> Scalar<'d> {
    /// Whether go-yaml resolves it by its look: plain and without a tag.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.style == Style::Plain && self.tag.is_none()
    }

    /// Whether it is null: empty, `~` or `null` in its three casings, plain; or tagged so.
    #[must_use]
    pub fn is_null(self) -> bool {
        let tagged = self.tag == Some("tag:yaml.org,2002:null");
        (tagged || self.is_plain()) && matches!(self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// The boolean it stands for where a boolean is wanted, as YAML 1.1 and go-yaml v2 have it.
    /// From `yaml.resolveMap` of go-yaml 2.4, which still knows the words of YAML 1.1.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        if !(self.is_plain() || self.tag == Some("tag:yaml.org,2002:bool")) {
            return None;
        }
        match self.text {
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                Some(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off"
            | "OFF" => Some(false),
            _ => None,
        }
    }

    /// The text where a string is wanted: any scalar but null.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        (!self.is_null()).then_some(self.text)
    }

    /// The span of the text itself, without quotes; the whole span for block scalars.
    #[must_use]
    pub fn inner_span(self) -> Span {
        match self.style {
            Style::SingleQuoted | Style::DoubleQuoted => self.span.inner(),
            _ => self.span,
        }
    }

    /// The span of bytes `from..to` of the text, where the text is in the source as it is;
    /// the inner span where it does not (escapes, folding).
    /// Offsets agree only if nothing was unescaped or folded, so that lengths are compared.
    #[must_use]
    pub fn part(self, from: usize, to: usize) -> Span {
        let inner = self.inner_span();
        if inner.len() == self.text.len()
            && self.style != Style::Literal
            && self.style != Style::Folded
        {
            inner.part(from, to)
        } else {
            inner
        }
    }
}
