//! What the author may have meant by a key that Prometheus does not know.

use std::sync::OnceLock;

use super::table::{Struct, Type, WrittenKey};
use super::tables::CONFIG;
use super::version::Version;

/// Keys of the Prometheus Operator's resources and of other tools whose native name is another
/// one, not only in another case (prometheus-operator API reference, `monitoring.coreos.com/v1`).
const OPERATOR: &[(&str, &str)] = &[
    ("relabelings", "relabel_configs"),
    ("metricRelabelings", "metric_relabel_configs"),
    ("alertRelabelings", "alert_relabel_configs"),
    ("writeRelabelConfigs", "write_relabel_configs"),
    ("interval", "scrape_interval"),
    ("bearerTokenSecret", "authorization"),
    ("path", "metrics_path"),
    ("job", "job_name"),
];

/// What people write for keys that their words are not near to.
const SHORT: &[(&str, &str)] = &[
    ("user", "username"),
    ("user_name", "username"),
    ("login", "username"),
    ("pass", "password"),
    ("passwd", "password"),
    ("pwd", "password"),
    ("pass_file", "password_file"),
    ("user_file", "username_file"),
];

/// The key that a short or another word is written for.
pub(super) fn of_short(word: &str) -> Option<&'static str> {
    let mut all = SHORT.iter();
    all.find(|(short, _)| *short == word).map(|(_, key)| *key)
}

/// Keys of releases before 1.0, by the path of their section, and what they are called since
/// (CHANGELOG.md of Prometheus, 0.14 to 1.0).
const FORMER: &[(&str, &str, &str)] = &[
    ("global", "labels", "external_labels"),
    ("scrape_configs[]", "target_groups", "static_configs"),
    ("scrape_configs[].file_sd_configs[]", "names", "files"),
    (
        "alerting.alertmanagers[].file_sd_configs[]",
        "names",
        "files",
    ),
];

/// Settings that people put into a group of targets: where they belong.
const OF_GROUPS: &[&str] = &[
    "insecure_skip_verify",
    "ca_file",
    "cert_file",
    "key_file",
    "server_name",
];

/// Keys of some sections for which others have a key of another form, with what to do about them.
const OTHER_FORM: &[(&str, &str, &str)] = &[
    (
        "headers",
        "http_headers",
        "write `http_headers: {NAME: {values: [VALUE]}}`: `headers` is a key of `remote_write` and \
     `remote_read`",
    ),
    ("auth", "basic_auth", "use `basic_auth` or `authorization`"),
];

/// What people write as keys that is set elsewhere, by the path of the section: flags of the command line
/// (`prometheus --help`, 3.14), and rules in the configuration itself.
const NOT_A_KEY: &[(&str, &str, &str)] = &[
    (
        "storage.tsdb",
        "path",
        "set it by the flag `--storage.tsdb.path`",
    ),
    (
        "storage.tsdb",
        "retention_time",
        "set it by the flag `--storage.tsdb.retention.time`",
    ),
    (
        "storage.tsdb",
        "retention_size",
        "set it by the flag `--storage.tsdb.retention.size`",
    ),
    (
        "storage.tsdb",
        "wal_compression",
        "set it by the flag `--storage.tsdb.wal-compression`",
    ),
    (
        "storage.tsdb",
        "min_block_duration",
        "set it by the flag `--storage.tsdb.min-block-duration`",
    ),
    (
        "storage.tsdb",
        "max_block_duration",
        "set it by the flag `--storage.tsdb.max-block-duration`",
    ),
    (
        "storage.tsdb",
        "no_lockfile",
        "set it by the flag `--storage.tsdb.no-lockfile`",
    ),
    (
        "storage.tsdb",
        "head_chunks_write_queue_size",
        "set it by the flag `--storage.tsdb.head-chunks-write-queue-size`",
    ),
    (
        "",
        "query",
        "set its keys by flags, such as `--query.timeout` and `--query.max-concurrency`",
    ),
    (
        "",
        "web",
        "set its keys by flags, such as `--web.enable-lifecycle` and `--web.external-url`",
    ),
    ("", "log", "set its keys by flags, such as `--log.level`"),
    ("", "recording_rules", IN_RULE_FILES),
    ("", "alerting_rules", IN_RULE_FILES),
    ("", "rules", IN_RULE_FILES),
    ("", "groups", IN_RULE_FILES),
];

const IN_RULE_FILES: &str = "move the groups of rules to a file, and name it in `rule_files`";

/// What to tell the author about an unknown key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// The key is spelled so here.
    Spelling(&'static str),
    /// It is the Operator's name of this one.
    Operator(&'static str),
    /// Releases before 1.0 called this one so.
    Former(&'static str),
    /// The key belongs to this path.
    Elsewhere(String),
    /// Another key does the same in another form: what to do.
    OtherForm(&'static str),
}

/// The hint for an unknown key of a section. `path` is the section's path without indexes.
pub(super) fn hint(of: &'static Struct, path: &str, name: &str, version: Version) -> Option<Hint> {
    let keys: Vec<WrittenKey> = of
        .all()
        .into_iter()
        .filter(|found| found.known(version) && !found.field.accidental)
        .collect();
    let native = snake(name);
    let words = native.replace('.', "_");
    let mut not_keys = NOT_A_KEY.iter();
    if let Some((.., help)) = not_keys.find(|(of, key, _)| *of == path && *key == words) {
        return Some(Hint::OtherForm(help));
    }
    if let Some(found) = keys.iter().find(|found| found.field.key == native) {
        // Lower camel case is the mark of the Operator's API, so that the help can say where the
        // name comes from.
        let camel = name.chars().any(char::is_uppercase) && !name.contains(['-', '_']);
        let camel = camel && !name.starts_with(char::is_uppercase);
        return Some(if camel {
            Hint::Operator(found.field.key)
        } else {
            Hint::Spelling(found.field.key)
        });
    }
    let former = FORMER
        .iter()
        .find(|(of, old, _)| *of == path && *old == name);
    if let Some((_, _, key)) = former {
        return Some(Hint::Former(key));
    }
    let other = OTHER_FORM.iter().find(|(written, other, _)| {
        *written == name && keys.iter().any(|found| found.field.key == *other)
    });
    if let Some((_, _, help)) = other {
        return Some(Hint::OtherForm(help));
    }
    // The group's own keys are few, so that TLS settings in one are surely meant for the job.
    if let Some(section) = path.strip_suffix(".static_configs[]")
        && OF_GROUPS.contains(&name)
    {
        return Some(Hint::Elsewhere(format!("{section}.tls_config")));
    }
    let operator = OPERATOR.iter().find(|(theirs, ours)| {
        *theirs == name && keys.iter().any(|found| found.field.key == *ours)
    });
    if let Some((_, ours)) = operator {
        return Some(Hint::Operator(ours));
    }
    if let Some(key) = of_short(&native)
        && let Some(found) = keys.iter().find(|found| found.field.key == key)
    {
        return Some(Hint::Spelling(found.field.key));
    }
    let nearest = keys
        .iter()
        .map(|found| {
            (
                strsim::osa_distance(found.field.key, &native),
                found.field.key,
            )
        })
        .min()?;
    let (apart, key) = nearest;
    // `label` for `labels` is a slip, although some other section has a key `label`.
    let is_slip = apart == 1 && key.len() > 4;
    if let Some(place) = elsewhere(path, name).filter(|_| !is_slip) {
        return Some(Hint::Elsewhere(place));
    }
    // One slip, and one more for each five letters, so that short keys are not taken for each
    // other.
    (apart <= 1 + key.len() / 5).then_some(Hint::Spelling(key))
}

/// `scrapeInterval`, `scrape-interval` and `Scrape_Interval` as `scrape_interval`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for c in name.chars() {
        if c.is_uppercase() {
            if lower {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else {
            out.push(if c == '-' || c == ' ' { '_' } else { c });
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
    }
    out
}

/// In how many sections a key may be known for a hint at one of them to be more than a guess.
const FEW: usize = 4;

/// Where in the schema a key of this very name belongs: as near to `path` as possible, above
/// before below. A key that many sections know belongs nowhere in particular, unless it is near.
fn elsewhere(path: &str, name: &str) -> Option<String> {
    let known: Vec<&String> = places()
        .iter()
        .filter(|(key, _)| *key == name)
        .map(|(_, parent)| parent)
        .collect();
    let near = known.iter().min_by_key(|parent| remoteness(path, parent))?;
    // `service` outside of a job is not meant for a discovery that happens to have such a key.
    let section = |path: &str| path.split('.').next().map(str::to_owned);
    if near.contains("_sd_configs[]") && section(near) != section(path) {
        return None;
    }
    let above = path.starts_with(near.as_str());
    let child =
        near.starts_with(path) && near.matches('.').count() <= path.matches('.').count() + 1;
    let beside = !path.is_empty() && child;
    (known.len() <= FEW || above || beside).then(|| (*near).clone())
}

/// How far one section is from another: steps up and down the tree, a longer way down counting
/// more.
fn remoteness(from: &str, to: &str) -> (usize, usize) {
    let parts = |path: &str| -> Vec<String> {
        path.split('.')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let (up, down) = (from.len() - common, to.len() - common);
    // A key is more often put too deep than too high, since indentation is added by mistake, so
    // that the way up is cheaper.
    (up + 2 * down, to.len())
}

/// Every key with the path of every section that it is in, found once, and only when
/// somebody wrote an unknown key.
fn places() -> &'static [(&'static str, String)] {
    static PLACES: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let mut out = Vec::new();
        collect(&CONFIG, "", &mut out);
        out
    })
}

fn collect(of: &'static Struct, path: &str, out: &mut Vec<(&'static str, String)>) {
    for found in of.all() {
        if found.field.accidental || found.field.removed.is_some() {
            continue;
        }
        let key = found.field.key;
        out.push((key, path.to_owned()));
        let inner = if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        };
        match found.field.ty {
            Type::Section(of) => collect(of, &inner, out),
            Type::List(Type::Section(of)) => collect(of, &format!("{inner}[]"), out),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::REMOTE_WRITE;
    use crate::tables::SCRAPE;

    #[test]
    fn hints_name_what_was_meant() {
        let spelling = |key| Some(Hint::Spelling(key));
        let operator = |key| Some(Hint::Operator(key));
        let elsewhere = |path: &str| Some(Hint::Elsewhere(path.to_owned()));
        let newest = Version::NEWEST;
        let write = |name| hint(&REMOTE_WRITE, "remote_write[]", name, newest);
        assert_eq!(write("ulr"), spelling("url"));
        assert_eq!(write("remote-timeout"), spelling("remote_timeout"));
        assert_eq!(write("tlsConfig"), operator("tls_config"));
        assert_eq!(
            write("max_shards"),
            elsewhere("remote_write[].queue_config")
        );
        assert_eq!(write("scrape_configs"), elsewhere(""));
        assert_eq!(write("completely_different"), None);
        let auth = Hint::OtherForm("use `basic_auth` or `authorization`");
        assert_eq!(write("auth"), Some(auth.clone()));
        let scrape = |name| hint(&SCRAPE, "scrape_configs[]", name, newest);
        assert_eq!(
            scrape("target_groups"),
            Some(Hint::Former("static_configs"))
        );
        assert_eq!(scrape("auth"), Some(auth));
        assert_eq!(scrape("interval"), operator("scrape_interval"));
        assert_eq!(scrape("relabelings"), operator("relabel_configs"));
        assert_eq!(scrape("evaluation_interval"), elsewhere("global"));
        assert_eq!(
            scrape("own_namespace"),
            elsewhere("scrape_configs[].kubernetes_sd_configs[].namespaces")
        );
        let root = |name| hint(&CONFIG, "", name, newest);
        assert_eq!(root("role"), None);
        assert_eq!(root("service"), None);
        assert_eq!(write("service"), None);
        assert_eq!(root("scrape_interval"), elsewhere("global"));
        assert_eq!(
            scrape("targets"),
            elsewhere("scrape_configs[].static_configs[]")
        );
        assert_eq!(
            root("recording_rules"),
            Some(Hint::OtherForm(IN_RULE_FILES))
        );
        let flag = Hint::OtherForm("set it by the flag `--storage.tsdb.retention.time`");
        for name in ["retention.time", "retention_time"] {
            let found = hint(&CONFIG, "storage.tsdb", name, newest);
            assert_eq!(found, Some(flag.clone()));
        }
    }
}
