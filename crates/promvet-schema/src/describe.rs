//! What the schema knows about one key, for people.

use super::table::{Enum, KeyDefault, Required, Struct, Type, WrittenKey};
use super::tables::CONFIG;
use super::version::Version;
use super::words;
use promvet_text::nearest;

/// A key, by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPage {
    /// The path, with `[]` behind lists.
    pub path: String,
    /// What it takes, in words.
    pub takes: String,
    /// The words that it takes, with the releases that know each, if it takes one of a set.
    pub words: Vec<(&'static str, Version, Option<Version>)>,
    /// What counts if it is absent; none where that is empty, zero or false.
    pub default: Option<KeyDefault>,
    /// Whether it has to be there: always, or when.
    pub required: Option<&'static str>,
    /// The first release that knows it here.
    pub since: Version,
    /// The first release that no longer knows it.
    pub removed: Option<Version>,
    /// Since when it should not be used any more, and what takes its place.
    pub deprecated: Option<(Version, &'static str)>,
    /// Whether it is accepted only by accident.
    pub accidental: bool,
    /// The feature flag that it needs.
    pub flag: Option<&'static str>,
    /// What else is worth knowing.
    pub note: Option<&'static str>,
    /// The keys of the section that it opens, if it opens one.
    pub keys: Vec<&'static str>,
    /// Other paths of the same key of the same section, shortest first.
    pub elsewhere: Vec<String>,
}

/// The page of a key: `remote_write.queue_config.max_shards`, with or without `[]`.
#[must_use]
pub fn describe(path: &str) -> Option<KeyPage> {
    let (full, of, found) = find(path)?;
    Some(page(full, of, found))
}

/// The value that counts if a key is absent; none where that is empty, zero or false, or what another key
/// has. The same is in the key's page, which takes long to make.
#[must_use]
pub fn default_of(path: &str) -> Option<&'static str> {
    find(path)?.2.field.default?.value()
}

/// A key by its path: the whole path, the section that the key is in, and the key.
fn find(path: &str) -> Option<(String, &'static Struct, WrittenKey)> {
    let mut of = &CONFIG;
    let mut since = Version::OLDEST;
    let mut full = String::new();
    let mut parts = path.split('.').peekable();
    loop {
        let name = parts.next()?.trim_end_matches("[]");
        let found = of.find(name)?;
        // A key exists only where the section around it does, so that the later release counts.
        since = since.max(found.since);
        if !full.is_empty() {
            full.push('.');
        }
        full.push_str(name);
        if parts.peek().is_none() {
            return Some((full, of, WrittenKey { since, ..found }));
        }
        of = opened(&found.field.ty)?;
        if matches!(found.field.ty, Type::List(_)) {
            full.push_str("[]");
        }
    }
}

/// The path of a key that a wrong path was meant for: with its misspelled parts mended, or else the
/// shortest one that ends with the same key.
/// A misspelled part is more likely than a wrong section, so that it is tried first.
#[must_use]
pub fn suggest(path: &str) -> Option<String> {
    if let Some(page) = mend(path).and_then(|mended| describe(&mended)) {
        return Some(page.path);
    }
    let key = path.rsplit('.').next()?.trim_end_matches("[]");
    let mut out = Vec::new();
    collect(&CONFIG, "", &|of| of.find(key).is_some(), key, &mut out);
    out.into_iter()
        // The shortest path is the one that most people mean; by name then, so that the answer is
        // always the same.
        .min_by_key(|other| (other.len(), other.clone()))
}

/// The path with every part that its section does not know replaced by the nearest key.
fn mend(path: &str) -> Option<String> {
    let mut of = Some(&CONFIG);
    let mut parts = Vec::new();
    for part in path.split('.') {
        let section = of?;
        let name = part.trim_end_matches("[]");
        let all = section.all();
        let keys = all.iter().map(|found| found.field.key);
        let name = nearest(name, keys)?;
        parts.push(name);
        of = opened(&section.find(name)?.field.ty);
    }
    Some(parts.join("."))
}

/// The section that a key of a type opens.
fn opened(ty: &Type) -> Option<&'static Struct> {
    match ty {
        Type::Section(of) => Some(of),
        Type::List(item) | Type::Map(_, item) => opened(item),
        _ => None,
    }
}

fn page(path: String, of: &'static Struct, found: WrittenKey) -> KeyPage {
    let field = found.field;
    let set = set_of(&field.ty);
    KeyPage {
        takes: words::what_is_wanted(&field.ty).to_owned(),
        words: set
            .into_iter()
            .flat_map(|set| set.words)
            .map(|word| (word.text, word.since, word.removed))
            .collect(),
        default: field.default,
        required: match field.required {
            Required::No => field.needed,
            _ => Some("always"),
        },
        since: found.since,
        removed: field.removed,
        deprecated: field.deprecated,
        accidental: field.accidental,
        flag: field.flag,
        note: field.note,
        keys: opened(&field.ty)
            .map(|of| of.all().iter().map(|found| found.field.key).collect())
            .unwrap_or_default(),
        elsewhere: elsewhere(&path, of, field.key),
        path,
    }
}

fn set_of(ty: &Type) -> Option<&'static Enum> {
    match ty {
        Type::Enum(set) => Some(set),
        Type::List(item) => set_of(item),
        _ => None,
    }
}

/// Other paths of a key: those of the section that it is in, or that lends it its keys.
fn elsewhere(path: &str, of: &'static Struct, key: &str) -> Vec<String> {
    let Some(owner) = owner(of, key) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    // By address, since two sections may have keys of one name that mean different things.
    let is_same = |of| self::owner(of, key).is_some_and(|other| std::ptr::eq(other, owner));
    collect(&CONFIG, "", &is_same, key, &mut out);
    out.retain(|other| other != path);
    out.sort_by_key(|other| (other.len(), other.clone()));
    out
}

/// The section in whose own list of keys a key is.
/// Sections that are inlined share one list of keys, so that a key has the same page in each of
/// them.
fn owner(of: &'static Struct, key: &str) -> Option<&'static Struct> {
    if of.fields.iter().any(|field| field.key == key) {
        return Some(of);
    }
    of.inline.iter().find_map(|inline| owner(inline.of, key))
}

/// The paths of a key in all sections that are wanted.
fn collect(
    of: &'static Struct,
    path: &str,
    wanted: &dyn Fn(&'static Struct) -> bool,
    key: &str,
    out: &mut Vec<String>,
) {
    let join = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    if wanted(of) {
        out.push(join(key));
    }
    of.each(&mut |found| {
        if let Some(inner) = opened(&found.field.ty) {
            let list = matches!(found.field.ty, Type::List(_));
            let path = join(found.field.key) + if list { "[]" } else { "" };
            collect(inner, &path, wanted, key, out);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_pages() {
        let page = describe("remote_write.queue_config.max_shards").unwrap();
        assert_eq!(page.path, "remote_write[].queue_config.max_shards");
        assert_eq!(page.default, Some(KeyDefault::Value("50")));
        assert_eq!(page.since, Version::OLDEST);
        assert!(page.elsewhere.is_empty());

        let page = describe("remote_write[].tls_config.min_version").unwrap();
        assert_eq!(page.since, Version::new(2, 35, 0));
        assert_eq!(page.words.len(), 4);
        assert!(
            page.elsewhere
                .contains(&"tracing.tls_config.min_version".to_owned())
        );
        assert!(!page.elsewhere.contains(&page.path));

        let page = describe("scrape_configs.kubernetes_sd_configs").unwrap();
        assert!(page.keys.contains(&"role") && page.keys.contains(&"basic_auth"));
        assert_eq!(
            describe("scrape_configs.job_name").unwrap().required,
            Some("always")
        );
        for (wrong, right) in [
            (
                "remote_write.queue_config.max_shard",
                Some("remote_write[].queue_config.max_shards"),
            ),
            (
                "remote_wirte.queue_confg.capacity",
                Some("remote_write[].queue_config.capacity"),
            ),
            (
                "remote_write.max_shards",
                Some("remote_write[].queue_config.max_shards"),
            ),
            ("scrape_interval", Some("global.scrape_interval")),
            ("zebra.giraffe", None),
        ] {
            assert_eq!(suggest(wrong).as_deref(), right, "{wrong}");
        }
        for path in ["", "nothing", "global.nothing", "global.scrape_interval.x"] {
            assert_eq!(describe(path), None, "{path}");
        }
    }
}
