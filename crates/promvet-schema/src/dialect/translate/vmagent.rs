//! Endpoints of a VMAgent, whose headers are texts, and to which flags add.

use super::super::table::MappingShape;
use super::super::vmagent::{
    ENDPOINT_FLAGS, HEADERS_FLAG, HeaderLine, URL_FLAG, add_headers, complete_keys, native_text,
};
use super::{SELECTED, Translator};
use crate::yaml::{Entry, Node, TranslatedNode, TranslationEntry};

impl Translator {
    /// An endpoint, with what the flags beside the list set for all of them.
    pub(super) fn endpoint(
        &mut self,
        shape: &'static MappingShape,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        let mut items = self.whole(shape, node)?;
        let lines = node.get("headers").filter(|list| list.sequence().is_some());
        let lines: Vec<HeaderLine<'_, '_>> = lines
            .into_iter()
            .flat_map(Node::items)
            .filter_map(line)
            .collect();
        let spec = node.parent().and_then(Node::parent);
        let flags = spec.and_then(|spec| spec.get("extraArgs")?.mapping());
        for flag in flags.into_iter().flat_map(|flags| flags.effective()) {
            self.add_flag(flag, &mut items);
        }
        complete_keys(&mut self.builder, &mut items);
        add_headers(&mut self.builder, &lines, &mut items);
        let pairs = self.builder.assemble(node, items);
        Some(self.builder.mapping(node, &pairs))
    }

    /// What a flag adds to an endpoint (VictoriaMetrics operator v0.74.1 `internal/controller/operator/factory/build`,
    /// `AddExtraArgsOverrideDefaults`).
    fn add_flag<'d>(&mut self, flag: Entry<'d>, items: &mut Vec<TranslationEntry<'d>>) {
        let Some(scalar) = flag.value.scalar().filter(|scalar| !scalar.text.is_empty()) else {
            return;
        };
        if flag.name() == HEADERS_FLAG {
            add_headers(&mut self.builder, line(flag.value).as_slice(), items);
            return;
        }
        let known = ENDPOINT_FLAGS.iter().find(|(name, _)| *name == flag.name());
        let Some(&(name, native)) = known.filter(|(name, _)| *name != URL_FLAG) else {
            return;
        };
        let section = native.split('.').next().unwrap_or(native);
        if items.iter().any(|(other, ..)| *other == section) {
            return;
        }
        // All flags are texts here; of several values, each is for the URL at its place.
        let value = match native_text(native, scalar.text) {
            _ if scalar.text.contains(',') => self.builder.scalar(flag.value, SELECTED),
            Some(text) => {
                let span = scalar.part(0, scalar.text.len());
                self.builder.part(flag.value, span, text)
            }
            None => return,
        };
        self.spelling.add(native, name);
        items.push((native, flag.key, value));
    }
}

/// A header, or several, where it is written.
fn line(node: Node<'_>) -> Option<HeaderLine<'_, '_>> {
    let scalar = node.scalar()?;
    Some(HeaderLine {
        node,
        span: scalar.part(0, scalar.text.len()),
        text: scalar.text,
    })
}
