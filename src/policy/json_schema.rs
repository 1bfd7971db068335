//! The JSON Schema of promvet.yaml, for editors.

use serde_json::{Map, Value, json};

use super::form::{PolicyKey, ValueForm};
use super::sections::SECTIONS;

/// The JSON Schema (draft 7) of promvet.yaml.
#[must_use]
pub fn json_schema() -> Value {
    let keys: Vec<_> = SECTIONS.iter().map(|section| &section.key).collect();
    let mut schema = fields(&keys);
    if let Some(object) = schema.as_object_mut() {
        object.insert(
            "$schema".into(),
            "http://json-schema.org/draft-07/schema#".into(),
        );
        object.insert("title".into(), "promvet.yaml".into());
        object.insert(
            "description".into(),
            "What a repository wants of its Prometheus configurations.".into(),
        );
        // An empty file is a policy too.
        object.insert("type".into(), json!(["object", "null"]));
    }
    schema
}

fn fields(keys: &[&PolicyKey]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut value = form(&key.form);
        // A key without a value counts as not written, unless it must be there.
        if !key.required {
            value = json!({"anyOf": [value, {"type": "null"}]});
        }
        if let Some(object) = value.as_object_mut() {
            object.insert("description".into(), key.about.into());
        }
        properties.insert(key.name.into(), value);
    }
    let required: Vec<_> = keys.iter().filter(|key| key.required).collect();
    let mut out = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty()
        && let Some(object) = out.as_object_mut()
    {
        let names: Vec<_> = required.iter().map(|key| key.name).collect();
        object.insert("required".into(), json!(names));
    }
    out
}

fn form(form_of: &ValueForm) -> Value {
    match form_of {
        // The source text counts: 3.5 and off are texts as well.
        ValueForm::Text => json!({"type": ["string", "number", "boolean"], "minLength": 1}),
        ValueForm::Matching(pattern) => json!({"type": "string", "pattern": pattern}),
        ValueForm::Figures(pattern) => {
            json!({"type": ["string", "number"], "pattern": pattern, "minimum": 0})
        }
        ValueForm::Bool => json!({"type": "boolean"}),
        ValueForm::Words(words) => json!({"enum": words()}),
        ValueForm::List(each) => json!({"type": "array", "items": form(each)}),
        ValueForm::OneOrMany(each) => {
            let one = form(each);
            json!({"anyOf": [one, {"type": "array", "items": one}]})
        }
        ValueForm::Map(each) => json!({"type": "object", "additionalProperties": form(each)}),
        ValueForm::Fields(keys) => fields(&keys.iter().collect::<Vec<_>>()),
        ValueForm::Either(forms) => json!({"anyOf": forms.iter().map(form).collect::<Vec<_>>()}),
        // Its own keys are those of a receiver's profile; docs/adding-a-receiver.md.
        ValueForm::Profile => json!({
            "type": "object",
            "required": ["id", "name", "urls"],
            "not": {"anyOf": [{"required": ["file"]}, {"required": ["hosts"]}]},
        }),
    }
}
