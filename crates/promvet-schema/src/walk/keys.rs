//! What is wrong with the keys of a section: unknown, not there in this version, deprecated,
//! written twice, missing.

use crate::dialect::refused;
use std::collections::HashSet;

use promvet_text::{Advice, Message};

use super::Walker;
use crate::check::{Rule, one_of_two};
use crate::edit;
use crate::section::Section;
use crate::table::{Field, Required, Type, WrittenKey};
use crate::unknown::{self, Hint};
use crate::words;
use crate::yaml::{Entry, Kind, Mapping};

/// Unknown keys for which a better name is looked for: a file that has more was not misspelled.
/// A hint compares a key with every key of the schema, so that a file of 100,000 unknown keys would
/// take minutes.
const MOST_HINTS: usize = 1000;

impl<'d> Walker<'_, '_> {
    pub(super) fn unknown(&mut self, section: &Section<'d>, entry: Entry<'d>, name: &str) {
        let here = words::place_of(&self.path);
        let message = refused(format!("unknown key `{name}` {here}"));
        let asked = (section.of.name, name.to_owned());
        // The same key in the same kind of section has the same hint, so that it is worked out
        // once.
        let hint = match self.hints.get(&asked) {
            Some(hint) => hint.clone(),
            None if self.hints.len() >= MOST_HINTS => None,
            None => {
                let hint = unknown::hint(section.of, &self.path, name, self.version);
                self.hints.insert(asked, hint.clone());
                hint
            }
        };
        let said = self.report.at(Rule::UnknownField, entry.key, message);
        let free = |key: &str| section.entry(key).is_none();
        let rename = |key: &str| Advice::rename(entry.key.span(), key);
        match hint {
            Some(Hint::Spelling(key)) if free(key) => {
                said.help(match has_expected_kind(section, key, entry) {
                    true => rename(key).safe(),
                    false => rename(key),
                })
            }
            Some(Hint::Spelling(key)) => {
                said.help(format!("did you mean `{key}`? It is set already"))
            }
            Some(Hint::Operator(key)) if free(key) && has_same_value(name) => {
                said.help(rename(key).text(operator_words(name, key)).safe())
            }
            Some(Hint::Operator(key)) => said.help(operator_words(name, key)),
            Some(Hint::Former(key)) => said.help(rename(key).text(format!(
                "rename it to `{key}`: releases before 1.0 called it `{name}`"
            ))),
            Some(Hint::Elsewhere(ref path)) => said.help(format!(
                "move `{name}`: it belongs {}",
                words::destination(path)
            )),
            Some(Hint::OtherForm(help)) => said.help(help),
            None => said.help("remove it, or correct its name"),
        };
    }

    pub(super) fn unavailable(
        &mut self,
        section: &Section<'d>,
        entry: Entry<'d>,
        found: WrittenKey,
    ) {
        let name = entry.name();
        let said = if let Some(removed) = found.field.removed.filter(|v| *v <= self.version) {
            let message =
                format!("`{name}` was removed in Prometheus {removed}, which rejects the file");
            self.report
                .at(Rule::Unavailable, entry.key, message)
                .kind("removed")
        } else {
            let since = found.since;
            let fault = format!("`{name}` needs Prometheus {since} or newer");
            let message = Message::leading_late_to(fault, "; ", words::OF_OLDER);
            self.report
                .at(Rule::Unavailable, entry.key, message)
                .kind("newer")
        };
        match found.field.deprecated {
            Some((_, instead)) => said.help(match found.field.successor {
                Some(key) if section.entry(key).is_none() => {
                    Advice::rename(entry.key.span(), key).text(instead).safe()
                }
                _ => Advice::say(instead),
            }),
            None => {
                said.help("remove it, or correct the releases under `prometheus` in promvet.yaml")
            }
        };
    }

    pub(super) fn deprecated(&mut self, section: &Section<'d>, entry: Entry<'d>, field: &Field) {
        let name = field.key;
        if field.accidental {
            self.report
                .at(
                    Rule::Deprecated,
                    entry.key,
                    format!("`{name}` is accepted only by accident and has no effect"),
                )
                .help(Advice::remove(entry.key.span()).safe());
        } else if let Some((since, instead)) = field.deprecated
            && since <= self.version
        {
            let advice = match field.successor {
                Some(key) if section.entry(key).is_none() => {
                    Advice::rename(entry.key.span(), key).safe()
                }
                _ => Advice::say(instead),
            };
            let message = format!("`{name}` is deprecated since Prometheus {since}");
            self.report
                .at(Rule::Deprecated, entry.key, message)
                .help(advice);
        }
    }

    /// Reports fields that are set twice, and returns where unknown keys are repeated: each is
    /// reported once, and as unknown. `yaml.decoder.mappingStruct` (go-yaml 2.4) looks for repeated
    /// keys only among the fields that it knows.
    pub(super) fn duplicate_fields(
        &mut self,
        section: &Section<'d>,
        mapping: Mapping<'d>,
    ) -> HashSet<u32> {
        let mut unknown = HashSet::new();
        for (first, again) in mapping.repeats() {
            match section.of.find(again.name()) {
                Some(_) => self.duplicate(first, again),
                None => {
                    unknown.insert(again.key.span().start);
                }
            }
        }
        unknown
    }

    pub(super) fn duplicate(&mut self, first: Entry<'d>, second: Entry<'d>) {
        let name = second.name().to_owned();
        self.report
            .at(
                Rule::Duplicate,
                second.key,
                refused(format!("`{name}` is set twice")),
            )
            .evidence(first.key.place(), "it is first set here")
            .help(one_of_two(first, second));
    }

    pub(super) fn required(&mut self, section: &Section<'d>) {
        for found in &section.of.lists().required {
            if found.known(self.version) {
                self.required_key(section, found.field);
            }
        }
    }

    fn required_key(&mut self, section: &Section<'d>, field: &Field) {
        let missing = match field.required {
            Required::Filled => section.non_empty(field.key).is_none(),
            _ => section.node(field.key).is_none(),
        };
        let wrong = section
            .node(field.key)
            .is_some_and(|node| matches!(field.ty, Type::List(_)) != node.sequence().is_some());
        // A value that is not among the words is reported as that.
        let is_strange = matches!(field.ty, Type::Enum(set) if !set.empty)
            && section
                .node(field.key)
                .is_some_and(|node| node.as_str() == Some("") && !node.is_null());
        // A value of the wrong kind is reported as that, so that it is not missing as well.
        if !missing
            || wrong
            || is_strange
            || section.text(field.key).is_some_and(|text| !text.is_empty())
        {
            return;
        }
        let state = match section.entry(field.key) {
            None => "is missing",
            Some(_) => "is empty",
        };
        let here = words::place_of(&self.path);
        let message = refused(format!("`{}` {state} {here}", field.key));
        let is_written = section.entry(field.key).is_some();
        let help = words::how_to_add(field, is_written, self.version);
        let without = edit::without_dash(section.node, field.key);
        let advice = without.unwrap_or_else(|| help.into());
        self.report
            .missing(section, field.key, message)
            .help(advice);
    }
}

/// Whether a value is of the kind that a key takes: otherwise the key may be meant for something else.
fn has_expected_kind(section: &Section<'_>, key: &str, entry: Entry<'_>) -> bool {
    let Some(found) = section.of.find(key) else {
        return false;
    };
    match (&found.field.ty, entry.value.kind()) {
        (Type::Any, _) => true,
        _ if entry.value.is_null() => true,
        (Type::Section(_) | Type::Map(..), kind) => matches!(kind, Kind::Mapping(_)),
        (Type::List(_), kind) => matches!(kind, Kind::Sequence(_)),
        (_, kind) => matches!(kind, Kind::Scalar(_)),
    }
}

fn operator_words(name: &str, key: &str) -> String {
    format!("write `{key}`: `{name}` is the name in resources of the Prometheus Operator")
}

/// Whether a key of the Operator takes the same value as ours: a Secret is named there, not a file.
/// A Secret's key cannot be moved under a key that takes a text, so that only words are offered.
fn has_same_value(name: &str) -> bool {
    !name.ends_with("Secret") && name != "path"
}
