//! What a line of a rule file belongs to.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use super::{EffectiveSetting, Explanation, WhyAt, path, text_of, visit};
use crate::discover::{FileContent, recognize};
use crate::finding::{Redacted, Text};
use crate::source::{LARGEST, Tree};
use crate::yaml::{Node, parse_first};

type Explained = (Explanation, Option<RangeInclusive<usize>>);

/// Explains a place of a rule file; none if the file is not one.
///
/// # Errors
/// What is not there, in a sentence.
pub(super) fn explain(
    at: &WhyAt,
    file: &Path,
    tree: &dyn Tree,
) -> Result<Option<Explained>, String> {
    let Ok(bytes) = tree.read(file, LARGEST) else {
        return Ok(None);
    };
    let text = Text::new(tree.shown(file), bytes);
    let Ok(document) = parse_first(&text) else {
        return Ok(None);
    };
    let Some(root) = document.root().filter(|root| is_of_rules(*root)) else {
        return Ok(None);
    };
    // It is what it was taken for: its expressions are shown.
    text.recognize();
    explained(at, root).map(Some)
}

/// The same for rules in a resource, in values or in a ConfigMap.
pub(super) fn embedded(at: &WhyAt, file: &Path, tree: &dyn Tree) -> Option<Explained> {
    let bytes = tree.read(file, LARGEST).ok()?;
    let found = recognize(Text::new(tree.shown(file), bytes), true, false);
    found.iter().find_map(|recognized| match &recognized.what {
        FileContent::Rules { document } => explained(at, document.root()?).ok(),
        _ => None,
    })
}

fn explained(at: &WhyAt, root: Node<'_>) -> Result<Explained, String> {
    let mut best: Option<(String, Node<'_>, Node<'_>)> = None;
    visit(root, "", &mut |full, key, value, _| {
        let (first, last) = (key.place().start().line, value.place().end().line);
        let is_meant = match at {
            WhyAt::Line(line) => first <= *line && *line <= last,
            WhyAt::Key(wanted) => full == wanted,
        };
        if is_meant {
            best = Some((full.to_owned(), key, value));
        }
    });
    let (key, at_key, value) = best.ok_or_else(|| match at {
        WhyAt::Line(line) => format!("nothing of a rule is on line {line}"),
        WhyAt::Key(wanted) => format!("`{wanted}` is not set"),
    })?;
    let lines = at_key.place().start().line..=value.place().end().line;
    let mut settings = vec![setting(&key, value)];
    settings.extend(around(root, &key));
    let explanation = Explanation {
        path: Arc::clone(value.place().path()),
        key: value.place().redact(key),
        native: None,
        line: Some(at_key.place().start().line),
        settings: settings.into_iter().map(Redacted::new).collect(),
        page: None,
        effects: Vec::new(),
    };
    Ok((explanation, Some(lines)))
}

fn is_of_rules(root: Node<'_>) -> bool {
    let mut groups = root.get("groups").into_iter().flat_map(Node::items);
    groups.any(|group| group.get("rules").is_some())
}

/// The group and the rule that a key is in, and how often the rule is evaluated.
fn around(root: Node<'_>, key: &str) -> Vec<EffectiveSetting> {
    let mut out = Vec::new();
    let group = item(root, "groups", key);
    let Some((group_path, group)) = group else {
        return out;
    };
    out.extend(group.get("name").map(|name| setting("group", name)));
    let rest = key.get(group_path.len() + 1..).unwrap_or_default();
    let rule = item(group, "rules", rest).map(|(_, rule)| rule);
    for kind in ["alert", "record"] {
        let name = rule.and_then(|rule| rule.get(kind));
        out.extend(name.map(|name| setting(kind, name)));
    }
    out.push(match group.get("interval").filter(|it| !it.is_null()) {
        Some(interval) => setting("interval", interval),
        None => EffectiveSetting {
            key: "interval".to_owned(),
            value: "not set".to_owned(),
            from: "`global.evaluation_interval` of the configuration that loads the file"
                .to_owned(),
            place: group.place(),
        },
    });
    out
}

/// The item of a list that a path begins with, and the part of the path that leads to it.
fn item<'d>(node: Node<'d>, list: &str, key: &str) -> Option<(String, Node<'d>)> {
    let first = path::split(key).next()?.ok()?;
    let number = first.item.filter(|_| first.name == list)?;
    let (_, item) = path::item_of(node.get(list)?, &number)?;
    Some((format!("{list}[{number}]"), item))
}

fn setting(key: &str, value: Node<'_>) -> EffectiveSetting {
    EffectiveSetting {
        key: key.to_owned(),
        value: text_of(value),
        from: format!("line {}", value.place().start().line),
        place: value.place(),
    }
}
