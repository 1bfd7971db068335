//! What fills in placeholders: tools, and words of the languages that people write scripts in.

use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use memchr::memmem;

/// What fills in placeholders. A file without any of these words only mentions them.
const TOOLS: &[&str] = &[
    "sed ",
    "envsubst",
    "gomplate",
    "yq ",
    "perl -",
    "awk ",
    "confd",
    "dockerize",
    "consul-template",
    "templatefile",
    "template_file",
    "jinja",
    "j2 ",
    "mustache",
    "mo ",
    "m4 ",
    "ytt ",
    "esh ",
    // Ansible, Flux and the languages that people write such scripts in.
    "template:",
    "replace:",
    "lineinfile",
    "postBuild",
    "replacements:",
    "replace(",
    "replaceAll",
    "gsub",
    "-replace",
    "expandvars",
    "os.Expand",
    "Template(",
    "Replace(",
    "ReplaceAll(",
    "NewReplacer(",
    "replaceStrings",
    "substituteAll",
    "substituteInPlace",
];

/// Whether a text has something that replaces parts of texts.
pub(crate) fn replaces(content: &str) -> bool {
    !tools(content).is_empty()
}

/// Where tools are named. `--sed ` and `used ` are other words.
pub(super) fn tools(content: &str) -> Vec<usize> {
    let bytes = content.as_bytes();
    if !may_have_tools(bytes) {
        return Vec::new();
    }
    // There it is the template of a pod.
    let is_manifest = content.contains("apiVersion:") && content.contains("kind:");
    let mut found: Vec<usize> = TOOLS
        .iter()
        .filter(|tool| !(is_manifest && **tool == "template:"))
        .flat_map(|tool| {
            let starts_word = tool.starts_with(|c: char| c.is_ascii_alphabetic());
            memmem::find_iter(bytes, tool.as_bytes()).filter(move |at| {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                !(starts_word && before.is_some_and(u8::is_ascii_alphanumeric))
            })
        })
        .collect();
    if memmem::find(bytes, OF_CHART).is_some() {
        found.extend(memmem::find_iter(bytes, b".Files.Get "));
    }
    found.sort_unstable();
    found
}

/// A chart that reads a file of its own, and fills it in.
const OF_CHART: &[u8] = b"tpl ";

/// Whether any of the tools is named in a text: every YAML file of a tree is asked, most name none, and
/// to look for each would read the text thirty times.
fn may_have_tools(bytes: &[u8]) -> bool {
    static ANY: LazyLock<Option<Searcher>> = LazyLock::new(|| {
        let tools = TOOLS.iter().map(|tool| tool.as_bytes());
        Searcher::new(tools.chain([OF_CHART]))
    });
    // Not every processor has what the search for all at once needs.
    ANY.as_ref().is_none_or(|any| any.find(bytes).is_some())
}
