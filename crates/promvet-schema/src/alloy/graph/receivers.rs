//! Receivers that `forward_to` names: of components that are not there, or what is not a receiver.

use super::super::REMOTE_WRITE;
use super::{Graph, GraphFault, PIPELINE, Rule, Value};
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
    /// Gathers what `forward_to` names: a list of receivers, without quotes.
    pub(super) fn receivers(&mut self, value: &Value) {
        match value {
            Value::List { items, .. } => {
                for item in items {
                    match item {
                        Value::Text { text, span } => self.text(text, *span),
                        item => self.ways.push(item.span()),
                    }
                }
            }
            Value::Text { text, span } => self.text(text, *span),
            Value::Expression { span } => {
                let text = self.source.get(span.start as usize..span.end as usize);
                let text = text.filter(|text| is_receiver(text));
                if let Some(text) = text {
                    let message =
                        "`forward_to`: expected a list, found one receiver; Alloy rejects the file";
                    let advice = Advice::replace(*span, format!("[{text}]")).unsafe_();
                    self.say(Rule::WrongType.name(), *span, message.to_owned(), advice);
                }
            }
            Value::Word { .. } | Value::Object { .. } => {}
        }
    }

    /// A text in place of a receiver.
    fn text(&mut self, text: &str, span: Span) {
        let message =
            "`forward_to`: expected receivers, found a string; Alloy rejects the file".to_owned();
        let advice = match is_receiver(text) {
            true => Advice::replace(span, text).unsafe_(),
            false => Advice::say("name the receiver of a `prometheus.remote_write`"),
        };
        self.say(Rule::WrongType.name(), span, message, advice);
    }

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
            // A label with other characters is reported where it is written.
            if others.iter().any(|label| !label.chars().all(is_word)) {
                continue;
            }
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

/// Whether a text is the name of a receiver of a component that is known to have one.
fn is_receiver(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let component = text.strip_suffix(".receiver").unwrap_or("");
    let known = RECEIVING.iter().any(|name| {
        component
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    known && text.chars().all(is_part)
}
