//! Credentials and headers of a dialect.

use promvet_text::{Advice, Severity};

use super::super::table::{DialectType, MappingShape};
use super::Translator;
use crate::check::Rule;
use crate::yaml::{Entry, Mapping, TranslationEntry};

impl Translator {
    /// A key for which `authorization` is written since 0.66 (prometheus-operator, CHANGELOG.md). The
    /// `authorization` of monitors takes no file, so that it does not take the place of the key there.
    pub(super) fn translate_former_token(&mut self, shape: &MappingShape, entry: Entry<'_>) {
        const FORMER: &str = "bearerTokenFile";
        let successor = shape.find("authorization").map(|key| &key.ty);
        let takes_file = matches!(successor, Some(DialectType::Object(of)) if of.find("credentialsFile").is_some());
        if entry.name() != FORMER || !takes_file || entry.value.scalar().is_none() {
            return;
        }
        let words = "write `authorization: {credentialsFile: …}`";
        let is_free = entry
            .key
            .parent()
            .is_some_and(|node| node.get("authorization").is_none());
        let text = entry.value.document().text();
        let value = text.slice(entry.value.content_span());
        let is_plain = !value.contains(['\n', ',', '}', '#']) && !entry.value.is_alias();
        let advice = Advice::edit(vec![
            (entry.key.span(), "authorization".to_owned()),
            (
                entry.value.content_span(),
                format!("{{credentialsFile: {value}}}"),
            ),
        ]);
        let advice = match is_free && is_plain {
            true => advice.text(words).unsafe_(),
            false => Advice::say(words),
        };
        let message = format!("`{FORMER}` is deprecated from version 0.66 of the Operator on");
        self.say(
            Rule::Deprecated,
            Severity::Info,
            entry.key,
            message,
            Some(advice),
        );
    }

    /// Prometheus rejects `Authorization` among headers, so that it becomes the section of its own
    /// that it has.
    pub(super) fn headers<'d>(&mut self, entry: Entry<'d>, items: &mut Vec<TranslationEntry<'d>>) {
        let mapping = entry.value.mapping();
        let mut pairs = Vec::new();
        let mut is_only_credential = false;
        // A Collector takes a list of names and values too (opentelemetry-collector v0.140
        // `config/configopaque/maplist.go`).
        let listed = entry.value.items().filter_map(|item| {
            let (key, value) = (item.get("name")?, item.get("value")?);
            Some(Entry {
                key,
                value,
                merged: false,
            })
        });
        let headers = mapping
            .into_iter()
            .flat_map(Mapping::effective)
            .chain(listed);
        for header in headers {
            if header.name().eq_ignore_ascii_case("authorization") {
                let section = self.authorization(header);
                items.push(section);
                is_only_credential = true;
                continue;
            }
            let copied = self
                .builder
                .copy(header.key)
                .zip(self.builder.copy(header.value));
            pairs.extend(copied);
        }
        // A key of its own may have another header.
        if is_only_credential && pairs.is_empty() {
            return;
        }
        let made = self.builder.mapping(entry.value, &pairs);
        items.push(("headers", entry.key, made));
    }
}
