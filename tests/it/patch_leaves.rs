//! Each key of each kind in a patch: a known one is taken, and a misspelled one is reported at its line.

use std::collections::BTreeSet;

use crate::support::memory;
use promvet::finding::Text;
use promvet::schema::dialect::table::{DialectType, MappingShape, ObjectRole};
use promvet::schema::dialect::tables;
use promvet::yaml::parse_first;

/// As deep as keys are followed: relabel rules of endpoints have four steps above them.
const DEEPEST: usize = 6;

/// A key: the way to it, a value in JSON, and whether unknown keys are taken beside it.
struct Leaf {
    way: String,
    value: String,
    is_open: bool,
}

fn leaves(shape: &'static MappingShape, way: &str, depth: usize, out: &mut Vec<Leaf>) {
    if depth == 0 {
        return;
    }
    for key in shape.keys {
        let way = format!("{way}/{}", key.name.replace('/', "~1"));
        of_type(&key.ty, shape, &way, depth, out);
    }
}

fn of_type(
    ty: &'static DialectType,
    shape: &MappingShape,
    way: &str,
    depth: usize,
    out: &mut Vec<Leaf>,
) {
    let value = match ty {
        DialectType::Object(inner) => return leaves(inner, way, depth - 1, out),
        DialectType::List(DialectType::Object(inner)) => {
            return leaves(inner, &format!("{way}/0"), depth - 1, out);
        }
        DialectType::List(_) | DialectType::Set(_) => "[]",
        DialectType::Bool => "true",
        DialectType::Number | DialectType::Quantity => "1",
        DialectType::Duration | DialectType::OptionalDuration => "30s",
        DialectType::Size => "1GB",
        DialectType::ProxyUrl | DialectType::HttpUrl => "'https://a.example.com'",
        DialectType::Enum(words) | DialectType::Lower(words) => {
            &format!("'{}'", words.first().copied().unwrap_or_default())
        }
        DialectType::Key => "{name: a, key: b}",
        DialectType::KeyOf => "{secret: {name: a, key: b}}",
        DialectType::Text | DialectType::NameOrNumber => "x",
        DialectType::Map(_) | DialectType::Headers => "{}",
        DialectType::Any
        | DialectType::Native
        | DialectType::Authenticator
        | DialectType::Groups => return,
    };
    out.push(Leaf {
        way: way.to_owned(),
        value: value.to_owned(),
        is_open: shape.open,
    });
}

/// The lines at which unknown keys are reported in a patch of all leaves.
fn unknown(kind: &str, leaves: &[Leaf], ending: &str) -> BTreeSet<usize> {
    let operation = |leaf: &Leaf| {
        let (way, value) = (&leaf.way, &leaf.value);
        format!("- {{op: add, path: '/spec{way}{ending}', value: {value}}}\n")
    };
    let patch: String = leaves.iter().map(operation).collect();
    assert!(parse_first(&Text::new("change.yaml", patch.as_bytes().to_vec())).is_ok());
    let target = format!("patches:\n- path: change.yaml\n  target: {{kind: {kind}}}\n");
    let files = [("kustomization.yaml", &*target), ("change.yaml", &patch)];
    let found = memory::found("/tree", &memory::tree(&files));
    let found = found
        .iter()
        .filter(|finding| finding.rule == "schema/unknown-field");
    found.map(|finding| finding.place.start().line).collect()
}

#[test]
fn each_key_of_a_patch_is_judged() {
    for kind in tables::KINDS
        .iter()
        .filter(|kind| kind.part != ObjectRole::Rules)
    {
        let mut all = Vec::new();
        leaves(kind.shape, "", DEEPEST, &mut all);
        assert!(!all.is_empty(), "{}", kind.kind);
        // As many at once as a patch has at most in one section.
        for some in all.chunks(500) {
            let way = |line: &usize| some[line - 1].way.clone();
            let taken: Vec<String> = unknown(kind.kind, some, "").iter().map(way).collect();
            assert_eq!(
                taken.len(),
                0,
                "{}: {:?}",
                kind.kind,
                taken.get(..20.min(taken.len()))
            );
            let reported = unknown(kind.kind, some, "Qqq");
            let lines = 1..=some.len();
            let silent: Vec<String> = lines
                .filter(|line| !reported.contains(line) && !some[line - 1].is_open)
                .map(|line| way(&line))
                .collect();
            assert_eq!(
                silent.len(),
                0,
                "{}: {:?}",
                kind.kind,
                silent.get(..20.min(silent.len()))
            );
        }
    }
}
