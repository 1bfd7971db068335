//! Receivers that `forward_to` names: of components that are not there, or what is not a receiver.

use super::super::REMOTE_WRITE;
use super::{Graph, GraphFault, PIPELINE};
use promvet_text::{Advice, MOST_OWN_NAMES, Severity, Span, nearest};

/// Components whose receivers are named.
const RECEIVING: &[&str] = &[
    "loki.process",
    "loki.relabel",
    "loki.write",
    "prometheus.relabel",
    REMOTE_WRITE,
];

impl Graph<'_> {
    /// References to components that are not in the text, although others of their kind are. Other
    /// files of the same folder may have them.
    pub(super) fn references(&mut self) {
        for span in std::mem::take(&mut self.ways) {
            let text = self.source.get(span.start as usize..span.end as usize);
            let text = text.unwrap_or_default();
            let Some(text) = text.strip_suffix(".receiver") else {
                self.component(text, span);
                continue;
            };
            let Some((name, label)) = text.rsplit_once('.') else {
                continue;
            };
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
            let known = (name.to_owned(), label.to_owned());
            if !text.chars().all(is_word) || self.components.contains(&known) {
                continue;
            }
            let others = self.labels_of(name);
            let Some(first) = others.first() else {
                self.of_no_kind(name, label, span);
                continue;
            };
            let message = format!("`{label}`: no `{name}` has this label; Alloy rejects the file");
            let near = nearest(label, others.iter().copied().take(MOST_OWN_NAMES));
            let advice = near.map_or_else(
                || {
                    Advice::say(format!(
                        "name one of those that exist, such as `{name}.{first}.receiver`"
                    ))
                },
                |near| Advice::replace(span, format!("{name}.{near}.receiver")).unsafe_(),
            );
            self.out.push(GraphFault {
                rule: PIPELINE,
                severity: Severity::Warning,
                span,
                message,
                advice,
            });
        }
    }

    /// A receiver of a kind that the text has none of. A text that does not send is a part of another one, and
    /// a module may be imported under any name.
    fn of_no_kind(&mut self, name: &str, label: &str, span: Span) {
        let mut all = self.components.iter();
        let is_import = |kind: &str| kind.starts_with("import.");
        let is_part = all.any(|(kind, _)| is_import(kind));
        let sends = !self.labels_of(REMOTE_WRITE).is_empty();
        if is_part || !sends || !RECEIVING.contains(&name) {
            return;
        }
        let message = format!("`{label}`: no `{name}` has this label; Alloy rejects the file");
        self.out.push(GraphFault {
            rule: PIPELINE,
            severity: Severity::Warning,
            span,
            message,
            advice: Advice::say(format!(
                "add `{name} \"{label}\"`, or name another receiver"
            )),
        });
    }

    /// A component where its receiver belongs: the values of components do not have the type of a receiver.
    fn component(&mut self, text: &str, span: Span) {
        let named = text.rsplit_once('.');
        // What else a component exports is not a receiver.
        if let Some((component, export)) = named
            && let Some((name, label)) = component.rsplit_once('.')
            && RECEIVING.contains(&name)
            && self
                .components
                .contains(&(name.to_owned(), label.to_owned()))
        {
            let message =
                format!("`{export}`: not the `receiver` of `{name}`; Alloy rejects the file");
            let advice = Advice::replace(span, format!("{component}.receiver")).unsafe_();
            return self.say(PIPELINE, span, message, advice);
        }
        let named = named.filter(|(name, _)| RECEIVING.contains(name));
        let known = |(name, label): (&str, &str)| (name.to_owned(), label.to_owned());
        if named.is_some_and(|named| self.components.contains(&known(named))) {
            let message =
                format!("`{text}`: the component, not its receiver; Alloy rejects the file");
            let advice = Advice::replace(span, format!("{text}.receiver")).unsafe_();
            self.say(PIPELINE, span, message, advice);
        }
    }
}
