//! Values with what a release lays over them one by one, from another text or another file: parameters of
//! Argo CD, `set` of helmfile and of k3s, `targetPath` of Flux.

use std::sync::Arc;

use super::merged::{MergedConfiguration, Reading, WrittenValue, parameter};
use super::values::Chart;
use super::{DialectWording, FileContent, Finder, RecognizedFile};
use crate::finding::{Place, Span, Text};
use crate::schema::dialect::SELECTED;
use crate::yaml::{Document, Node, parse_all};

/// A value that is laid over others.
#[derive(Clone, Debug)]
pub struct LaidValue {
    /// The way to it, as `helm --set` has it.
    pub name: String,
    /// Where the way is written.
    pub at: Place,
    /// The value and where it is; none if the tree does not say.
    pub value: Option<(Place, String)>,
    /// How Helm reads it.
    pub reading: Reading,
}

/// Values with others laid over them.
#[derive(Debug)]
pub(crate) struct LaidOver {
    /// What is judged in place of the values alone.
    pub(crate) recognized: Option<RecognizedFile>,
    /// The file's text with the values that were laid over behind its end.
    pub(crate) text: Arc<Text>,
    /// The file's own text.
    pub(crate) own: Arc<Text>,
    /// What is behind its end, and where that is in truth.
    parts: Vec<(Span, Place)>,
}

impl LaidOver {
    /// Where a place in the longer text is in truth.
    pub(crate) fn place(&self, place: &Place) -> Option<Place> {
        if !Arc::ptr_eq(place.text(), &self.text) {
            return None;
        }
        let span = place.span();
        let is_around = |outer: &Span| outer.start <= span.start && span.end <= outer.end;
        let Some((outer, truly)) = self.parts.iter().find(|(outer, _)| is_around(outer)) else {
            let end = self.own.content().len() as u32;
            let within = Span {
                start: span.start.min(end),
                end: span.end.min(end),
            };
            return Some(Place::new(&self.own, within));
        };
        let from = truly.span().start + (span.start - outer.start);
        let to = from + (span.end - span.start);
        Some(truly.sibling(Span {
            start: from,
            end: to,
        }))
    }

    /// Whether a place in the longer text is one of what was laid over.
    pub(crate) fn is_laid(&self, place: &Place) -> bool {
        Arc::ptr_eq(place.text(), &self.text)
            && place.span().start as usize >= self.own.content().len()
    }

    /// Notes what is secret of the longer text with the texts that it is from.
    pub(crate) fn mark_secrets(&self) {
        for span in self.text.secrets() {
            if let Some(place) = self.place(&Place::new(&self.text, span)) {
                place.text().mark_secret(place.span());
            }
        }
    }
}

/// Charts for which values may be, the likeliest first.
const CHARTS: &[Option<Chart>] = &[
    None,
    Some(Chart::Stack),
    Some(Chart::Bitnami),
    Some(Chart::Prometheus),
];

/// What was recognized in values with others laid over them. `at` is the path of the values in their file.
pub(crate) fn lay_over(
    recognized: &RecognizedFile,
    at: &str,
    laid: &[LaidValue],
) -> Option<LaidOver> {
    let FileContent::Configuration { document, .. } = &recognized.what else {
        return None;
    };
    let spoken = recognized.spoken.as_ref()?;
    let source = document.source()?;
    let values = values_at(document, at)?;
    let (text, spans) = extended(source, laid);
    let mut merged = MergedConfiguration::upon(values);
    for (value, (name, span)) in laid.iter().zip(&spans) {
        let text = match &value.value {
            Some((_, text)) => text.clone(),
            None => SELECTED.to_owned(),
        };
        let written = WrittenValue {
            span: *span,
            reading: value.reading.at(&value.name, &text),
            text,
        };
        merged.put_written(&parameter(&value.name), *name, written);
    }
    let whole = merged.extended(source, &text)?;
    let made = found_again(&whole, recognized, spoken)?;
    let outer = |span: Span| {
        let place = Place::new(&text, span);
        (Arc::clone(place.text()), place.span())
    };
    let parts = laid.iter().zip(spans).flat_map(|(value, (name, span))| {
        let of_value = value.value.as_ref().map(|(place, _)| place);
        let of_value = of_value.unwrap_or(&value.at).clone();
        [(outer(name).1, value.at.clone()), (outer(span).1, of_value)]
    });
    Some(LaidOver {
        parts: parts.collect(),
        text: outer(Span::default()).0,
        own: Arc::clone(source.place(Span::default()).text()),
        recognized: Some(made),
    })
}

/// The values that something was recognized in, by their path in the file.
fn values_at<'d>(document: &'d Document, at: &str) -> Option<Node<'d>> {
    let mut node = document.root()?.original();
    while node.path() != at {
        node = node.parent()?;
    }
    Some(node)
}

/// The text of a document with values behind its end, and where the names and values are there.
fn extended(source: &Document, laid: &[LaidValue]) -> (Arc<Text>, Vec<(Span, Span)>) {
    let before = source.text().content().len();
    let mut more = String::new();
    let mut spans = Vec::new();
    for value in laid {
        let mut add = |place: &Place| {
            more.push('\n');
            let from = before + more.len();
            more.push_str(place.text().slice(place.span()));
            Span::new(from, before + more.len())
        };
        let name = add(&value.at);
        let value = value.value.as_ref();
        let span = value.map_or(name, |(place, _)| add(place));
        spans.push((name, span));
    }
    more.push('\n');
    (source.text().extended(&more), spans)
}

/// What is found in values at the place where something was found before.
fn found_again(
    whole: &Arc<Document>,
    recognized: &RecognizedFile,
    spoken: &DialectWording,
) -> Option<RecognizedFile> {
    let root = whole.root()?;
    for chart in CHARTS {
        let mut out = Vec::new();
        let finder = Finder::new(whole, recognized.template).partly(spoken.is_partial);
        finder.values(root, *chart, &mut out);
        let is_it = |found: &RecognizedFile| {
            let there = found.spoken.as_ref();
            found.why == recognized.why
                && there.is_some_and(|there| std::ptr::eq(there.dialect, spoken.dialect))
        };
        if let Some(found) = out.into_iter().find(is_it) {
            return Some(RecognizedFile {
                text: Arc::clone(&recognized.text),
                template: recognized.template,
                holder: recognized.holder.clone(),
                beside: Arc::clone(&recognized.beside),
                ..found
            });
        }
    }
    None
}

/// The values of a chart read as those of bitnami's chart, which something was recognized in.
pub(crate) fn as_bitnami(recognized: &RecognizedFile) -> Option<RecognizedFile> {
    let FileContent::Configuration { document, .. } = &recognized.what else {
        return None;
    };
    let source = document.source()?;
    let spec = document.root()?.original();
    let values = source.numbered(spec.parent()?.parent()?.number())?;
    let mut out = Vec::new();
    let finder = Finder::new(source, recognized.template);
    finder.stack(values, Some(Chart::Bitnami), &mut out);
    let found = out.into_iter().next()?;
    Some(RecognizedFile {
        text: Arc::clone(&recognized.text),
        holder: recognized.holder.clone(),
        ..found
    })
}

/// Values as those of bitnami's chart where a key of them is at a place that nothing else tells what it is for:
/// `ALIAS.prometheus.remoteWrite`. The alias is the name that another chart gives it.
pub(crate) fn as_bitnami_by_alias(
    recognized: &RecognizedFile,
    place: &Place,
) -> Option<(String, RecognizedFile)> {
    let (documents, _) = parse_all(&recognized.text);
    let text = recognized.text.clone();
    let at = place.order();
    documents.into_iter().map(Arc::new).find_map(|document| {
        let mut way = Vec::new();
        way_to(document.root()?, &|key| key.place().order() == at, &mut way);
        let [.., (alias, values), ("prometheus", _), ("remoteWrite", _)] = *way else {
            return None;
        };
        let mut out = Vec::new();
        let finder = Finder::new(&document, recognized.template);
        finder.stack(values, Some(Chart::Bitnami), &mut out);
        let found = out.into_iter().next()?;
        let found = RecognizedFile {
            text: Arc::clone(&text),
            ..found
        };
        Some((alias.to_owned(), found))
    })
}

/// The keys that lead to one, and their values; none if it is not there. Lists are not on the way.
fn way_to<'d>(
    node: Node<'d>,
    is_it: &dyn Fn(Node<'d>) -> bool,
    way: &mut Vec<(&'d str, Node<'d>)>,
) -> bool {
    let entries = node.mapping().into_iter().flat_map(|map| map.entries());
    for entry in entries {
        way.push((entry.name(), entry.value));
        if is_it(entry.key) || way_to(entry.value, is_it, way) {
            return true;
        }
        way.pop();
    }
    false
}
