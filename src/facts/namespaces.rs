//! What puts manifests of a tree into another namespace than they name.

use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use crate::finding::Text;
use crate::needle;
use crate::yaml::{Node, parse_all};

/// Words of manifests that move others.
const WORDS: &[&str] = &["targetNamespace", "NamespaceTransformer", "kustomize"];

/// Whether a file may put manifests into another namespace: a scan of its bytes.
pub(super) fn may_move(bytes: &[u8]) -> bool {
    let has = |word: &&'static str| needle::has(word, bytes);
    has(&"amespace") && (WORDS.iter().any(has) || at_top(bytes))
}

/// Whether `namespace` is a key of the file itself: a kustomization needs neither `apiVersion` nor
/// `kind` (kubernetes-sigs/kustomize `api/types/kustomization.go`, `FixKustomizationPostUnmarshal`).
fn at_top(bytes: &[u8]) -> bool {
    let is_first = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        matches!(before, None | Some(b'\n' | b'{' | b'"' | b'\''))
    };
    memmem::find_iter(bytes, b"namespace").any(is_first)
}

/// Whether a file puts manifests into another namespace.
pub(super) fn moves(text: &Arc<Text>) -> bool {
    let stem = Path::new(&**text.path()).file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy().to_ascii_lowercase();
    let documents = parse_all(text).0;
    let mut roots = documents.iter().filter_map(|document| document.root());
    roots.any(|root| match stem.as_str() {
        // Fleet of Rancher has a key of the same name.
        "kustomization" | "fleet" if is_set(root, &["namespace"]) => true,
        _ => is_mover(root),
    })
}

/// Whether a manifest moves others: for Flux, a transformer of kustomize, or for Argo CD.
fn is_mover(root: Node<'_>) -> bool {
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
    match kind {
        "Kustomization" => is_set(root, &["spec", "targetNamespace"]),
        "NamespaceTransformer" => true,
        "Application" => of_sources(root),
        "ApplicationSet" => root
            .get("spec")
            .and_then(|spec| spec.get("template"))
            .is_some_and(of_sources),
        _ => false,
    }
}

/// `spec.source.kustomize.namespace` of an Application, or that of one of its `sources`.
fn of_sources(application: Node<'_>) -> bool {
    let Some(spec) = application.get("spec") else {
        return false;
    };
    let sources = spec.get("sources").into_iter().flat_map(Node::items);
    let mut all = spec.get("source").into_iter().chain(sources);
    all.any(|source| is_set(source, &["kustomize", "namespace"]))
}

fn is_set(node: Node<'_>, path: &[&str]) -> bool {
    let found = path.iter().try_fold(node, |node, key| node.get(key));
    found
        .and_then(Node::as_str)
        .is_some_and(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kustomizations_and_what_renders_them_move_manifests() {
        let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: \
                    {name: a, namespace: flux-system}\nspec: {path: ./a";
        let argo = "kind: Application\nmetadata: {namespace: argocd}\nspec:\n  destination: \
                    {namespace: x}\n  source: {path: a";
        let set = "kind: ApplicationSet\nspec: {template: {spec: {source: {path: a";
        for (name, source, want) in [
            (
                "kustomization.yaml",
                "namespace: prod\nresources: [a.yaml]\n".to_owned(),
                true,
            ),
            (
                "kustomization.yml",
                "{namespace: prod, resources: [a.yaml]}".to_owned(),
                true,
            ),
            (
                "kustomization.yaml",
                "metadata:\n  namespace: prod\n".to_owned(),
                false,
            ),
            ("other.yaml", "namespace: prod\n".to_owned(), false),
            ("fleet.yaml", "namespace: prod\n".to_owned(), true),
            ("fleet.yaml", "defaultNamespace: prod\n".to_owned(), false),
            ("f.yaml", format!("{flux}, targetNamespace: prod}}\n"), true),
            ("f.yaml", format!("{flux}}}\n"), false),
            (
                "t.yaml",
                "kind: NamespaceTransformer\nmetadata: {namespace: a}\n".to_owned(),
                true,
            ),
            (
                "a.yaml",
                format!("{argo}, kustomize: {{namespace: prod}}}}\n"),
                true,
            ),
            ("a.yaml", format!("{argo}, kustomize: {{}}}}\n"), false),
            (
                "a.yaml",
                format!("{set}, kustomize: {{namespace: prod}}}}}}}}}}\n"),
                true,
            ),
        ] {
            let text = Text::new(name, source.as_bytes().to_vec());
            assert_eq!(
                may_move(source.as_bytes()) && moves(&text),
                want,
                "{name} {source}"
            );
        }
    }
}
