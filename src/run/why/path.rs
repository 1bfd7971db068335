//! The paths by which people name keys.

use crate::finding::nearest;
use crate::schema;
use crate::yaml::Node;

/// A part of a path: a key, and an item of its list.
pub(super) struct PathPart {
    pub(super) name: String,
    pub(super) item: Option<String>,
}

pub(super) fn split(path: &str) -> impl Iterator<Item = Result<PathPart, String>> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut part = String::new();
    for c in path.chars() {
        match c {
            '.' if depth == 0 => parts.push(std::mem::take(&mut part)),
            c => {
                depth = match c {
                    '[' => depth + 1,
                    ']' => depth.saturating_sub(1),
                    _ => depth,
                };
                part.push(c);
            }
        }
    }
    parts.push(part);
    parts.into_iter().map(|part| match part.split_once('[') {
        None if part.is_empty() => Err("the path of a key has an empty part".to_owned()),
        None => Ok(PathPart {
            name: part,
            item: None,
        }),
        Some((name, item)) => {
            let item = item.strip_suffix(']').ok_or("the `]` is missing")?;
            Ok(PathPart {
                name: name.to_owned(),
                item: Some(item.to_owned()),
            })
        }
    })
}

/// An item by its number, or by its job, name or URL.
pub(super) fn item_of<'d>(list: Node<'d>, item: &str) -> Option<(usize, Node<'d>)> {
    let mut items = list.items().enumerate();
    match item.parse::<usize>() {
        Ok(number) => items.find(|(at, _)| *at == number),
        Err(_) => items.find(|(_, node)| {
            NAMES
                .iter()
                .any(|key| node.get(key).and_then(Node::as_str) == Some(item))
        }),
    }
}

/// What names an item of a list.
const NAMES: [&str; 3] = ["job_name", "name", "url"];

/// Why a value has no keys.
pub(super) fn no_keys(full: &str, at: Node<'_>) -> String {
    match at.sequence() {
        Some(_) => format!("`{full}` is a list; name an item, as in `{full}[0]`"),
        None => format!("`{full}` has no keys below it"),
    }
}

/// Why a list lacks an item.
pub(super) fn no_item(full: &str, list: Node<'_>, item: &str) -> String {
    let name = |node: Node<'_>| {
        let mut names = NAMES.iter().filter_map(|key| node.get(key)?.as_str());
        names.next().map(str::to_owned)
    };
    let names: Vec<String> = list.items().filter_map(name).collect();
    match nearest(item, names.iter().map(String::as_str)) {
        Some(near) => format!("`{full}` has no item `{item}`; did you mean `{full}[{near}]`?"),
        None => format!("`{full}` has no item `{item}`"),
    }
}

/// Why a path leads to nothing. `full` is the part of it that is not set.
pub(super) fn refusal<'k>(
    path: &str,
    full: &str,
    written: impl Iterator<Item = &'k str>,
    name: &str,
) -> String {
    let (whole, own) = (plain(path), plain(full));
    if schema::describe(&own).is_some() && whole != own {
        // What is not set has a default; what is below it is misspelled.
        return match schema::suggest(&whole) {
            Some(near) => format!("`{path}` is not set; did you mean `{near}`?"),
            None => format!("`{path}` is not set"),
        };
    }
    let near = schema::suggest(&own).filter(|near| plain(near) != own);
    let near = nearest(name, written).map(str::to_owned).or(near);
    match near {
        Some(near) => {
            let below = whole.strip_prefix(&*own).filter(|rest| !rest.is_empty());
            let below = below.and_then(|rest| schema::suggest(&(plain(&near) + rest)));
            let near = below.unwrap_or(near);
            format!("`{full}` is not set; did you mean `{near}`?")
        }
        None => format!("`{full}` is not set"),
    }
}

/// A path without the numbers of items.
pub(in crate::run) fn plain(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// The path of a key in the words of `prometheus.yml`: `queueConfig.maxShards` as `queue_config.max_shards`.
pub(super) fn native_case(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 4);
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
