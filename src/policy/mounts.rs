//! `mounts` of promvet.yaml: where the paths that configurations name come from.

use super::form::{PolicyKey, ValueForm};
use super::read::{Mistakes, PolicyFields};
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// One entry of `mounts`.
#[derive(Clone, Debug)]
pub struct MountPolicy {
    /// The path where Prometheus runs, absolute.
    pub path: String,
    /// Where what is there comes from.
    pub from: MountedFrom,
    /// Where the path is written.
    pub place: Place,
}

/// Where something that is mounted comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountedFrom {
    /// A file or folder of the tree, as a path with forward slashes from where promvet was started.
    Tree(String),
    /// It is provided at deploy time, with the names of the files that will be there, if they are
    /// listed.
    External(Option<Vec<String>>),
}

const KEYS: &[PolicyKey] = &[
    PolicyKey::new(
        "path",
        "The path where Prometheus runs; absolute.",
        ValueForm::Matching("^/"),
    )
    .required(),
    PolicyKey::new(
        "from",
        "The file or folder of the tree that is mounted there, relative to promvet.yaml.",
        ValueForm::Text,
    ),
    PolicyKey::new(
        "external",
        "Whether it is provided at deploy time, from outside the tree.",
        ValueForm::Bool,
    ),
    PolicyKey::new(
        "files",
        "The names of the files that will be there, of an external one.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
];

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "mounts",
        "Where the paths that configurations name come from.",
        ValueForm::List(&ValueForm::Fields(KEYS)),
    ),
    read: |node, policy, wrong| {
        let items = wrong.items(node, "`mounts`").into_iter();
        policy.mounts = items.filter_map(|item| entry(item, wrong)).collect();
    },
    add: |near, far| near.mounts.extend(far.mounts.iter().cloned()),
};

fn entry(item: Node<'_>, wrong: &mut Mistakes) -> Option<MountPolicy> {
    let fields = wrong.fields(item, "an entry of `mounts`", KEYS)?;
    let node = fields.get("path")?;
    let path = wrong.text(node, "`path`")?;
    if !path.starts_with('/') {
        let help = "write the path that Prometheus sees, such as `/etc/prometheus/secrets`";
        wrong.add(node, "`path` is not absolute", Some(help.into()));
        return None;
    }
    Some(MountPolicy {
        path: path.to_owned(),
        from: source(item, &fields, wrong)?,
        place: node.place(),
    })
}

fn source(item: Node<'_>, fields: &PolicyFields<'_>, wrong: &mut Mistakes) -> Option<MountedFrom> {
    let external = match fields.get("external") {
        None => false,
        Some(node) => wrong.truth(node, "`external`")?,
    };
    match (fields.get("from"), external, fields.get("files")) {
        (Some(from), false, None) => {
            let text = wrong.text(from, "`from`")?;
            if text.starts_with('/') || text.split('/').any(|part| part == "..") {
                let help = "write a path of the tree, relative to promvet.yaml";
                wrong.add(from, "`from` leads out of the tree", Some(help.into()));
                return None;
            }
            let text = text.trim_start_matches("./");
            Some(MountedFrom::Tree(format!("{}{text}", wrong.folder)))
        }
        (None, true, files) => {
            let files = files.map(|node| wrong.texts(node, "`files`"));
            let files = files.map(|all| all.iter().map(|(text, _)| (*text).to_owned()).collect());
            Some(MountedFrom::External(files))
        }
        (Some(_), false, Some(files)) => {
            let help = "remove it: the files are looked up in `from`";
            wrong.add(
                files,
                "`files` is allowed only with `external: true`",
                Some(help.into()),
            );
            None
        }
        _ => {
            wrong.add(
                item,
                "an entry of `mounts` needs either `from` or `external: true`",
                None,
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Text;
    use crate::policy::Policy;

    fn read(source: &str) -> Result<Vec<MountedFrom>, Vec<String>> {
        let text = Text::new("ops/promvet.yaml", source.as_bytes().to_vec());
        match Policy::read(&text, "ops/") {
            Ok(policy) => Ok(policy.mounts.into_iter().map(|mount| mount.from).collect()),
            Err(wrong) => Err(wrong.into_iter().map(|error| error.message).collect()),
        }
    }

    #[test]
    fn mounts_are_read() {
        let files = vec!["a".to_owned(), "b".to_owned()];
        for (entry, want) in [
            (
                "{path: /s, from: ./secrets}",
                MountedFrom::Tree("ops/secrets".into()),
            ),
            (
                "{path: /s, from: ., external: false}",
                MountedFrom::Tree("ops/.".into()),
            ),
            ("{path: /s, external: true}", MountedFrom::External(None)),
            (
                "{path: /s, external: true, files: [a, b]}",
                MountedFrom::External(Some(files)),
            ),
        ] {
            assert_eq!(
                read(&format!("mounts: [{entry}]")),
                Ok(vec![want]),
                "{entry}"
            );
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for (entry, want) in [
            ("{from: a}", "needs `path`"),
            ("{path: s, from: a}", "`path` is not absolute"),
            ("{path: /s}", "either"),
            ("{path: /s, from: a, external: true}", "either"),
            ("{path: /s, from: ../a}", "out of the tree"),
            ("{path: /s, from: /a}", "out of the tree"),
            (
                "{path: /s, from: a, files: [x]}",
                "`files` is allowed only with",
            ),
            ("{path: /s, external: maybe}", "expected `true` or `false`"),
            ("{path: /s, form: a}", "unknown key `form`"),
        ] {
            let wrong = read(&format!("mounts: [{entry}]")).unwrap_err();
            assert!(wrong[0].contains(want), "{entry}: {wrong:?}");
        }
    }
}
