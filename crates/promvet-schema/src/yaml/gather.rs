//! Documents with other names for some keys: a configuration whose sections are in several places of
//! a larger document, as a chart puts it together, and one with the names that were meant.

use std::collections::{HashMap, HashSet};

use promvet_text::Span;

use super::document::{Document, Keys, NodeContent, ScalarSource, small};
use super::node::Node;

/// A section that is elsewhere: the path of keys to it, and its name in the configuration.
#[derive(Clone, Copy, Debug)]
pub struct GatheredSection<'s> {
    /// Where.
    pub way: &'s [&'s str],
    /// The name.
    pub name: &'s str,
}

impl Document {
    /// The same with the mapping at a path of keys for its root, in which sections from elsewhere
    /// count too, under other names. `whole` says whether the mapping's own entries do. Places and
    /// paths stay those of the text. None where this is not known: where the mapping or a
    /// section is missing, is behind an alias or a merge key, or is there twice.
    #[must_use]
    pub fn gathered(
        &self,
        way: &[&str],
        whole: bool,
        sections: &[GatheredSection<'_>],
    ) -> Option<Self> {
        let mut out = self.rooted_at(way)?;
        let root = self.at(way)?.mapping()?;
        if root.has_merge() {
            return None;
        }
        let own = root.written().filter(|_| whole);
        let mut entries: Vec<(u32, u32)> =
            own.map(|entry| (entry.key.id, entry.value.id)).collect();
        for section in sections {
            let (last, above) = section.way.split_last()?;
            let mapping = self.at(above)?.mapping()?;
            // A merge key or a second section makes the result depend on the chart, so that nothing
            // is said.
            if mapping.has_merge() || (whole && root.get(section.name).is_some()) {
                return None;
            }
            let entry = mapping.entry(last)?;
            out.rename(entry.key.id, section.name)?;
            entries.push((entry.key.id, entry.value.id));
        }
        // The numbers of nodes ascend with the text, and what finds a child's key relies on it.
        entries.sort_unstable();
        let mut keys = Keys::default();
        entries
            .iter()
            .for_each(|(key, _)| keys.add(out.key_text(*key)));
        let from = small(out.links.len());
        out.links
            .extend(entries.iter().flat_map(|&(key, value)| [key, value]));
        let links = (from, small(out.links.len()));
        let root = out.nodes.get_mut(out.root as usize)?;
        root.data = NodeContent::Mapping { links, keys };
        Some(out)
    }

    /// The same with the names that `names` has for the spans of keys, and the spans of their values.
    /// A key stays as it is where its mapping has the name already. None if no key changes.
    #[must_use]
    pub fn with_keys(&self, names: &HashMap<Span, &str>) -> Option<(Self, HashSet<Span>)> {
        let mut out = Self {
            root: self.root,
            origin: self.origin.clone(),
            next: self.next,
            ..self.rooted_at(&[])?
        };
        let mut values = HashSet::new();
        for id in 0..small(self.nodes.len()) {
            let NodeContent::Mapping { links, mut keys } = self.node(id).data else {
                continue;
            };
            let pairs = || {
                let pairs = self.links_of(id).chunks_exact(2);
                pairs.filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            };
            let name_of = |key: u32| names.get(&self.node(key).span).copied();
            if !pairs().any(|(key, _)| name_of(key).is_some()) {
                continue;
            }
            let mut set: HashSet<&str> = pairs().map(|(key, _)| self.key_text(key)).collect();
            for (key, value) in pairs() {
                let Some(name) = name_of(key).filter(|name| set.insert(name)) else {
                    continue;
                };
                if out.rename(key, name).is_some() {
                    keys.add(name);
                    values.insert(self.node(value).span);
                }
            }
            if let Some(node) = out.nodes.get_mut(id as usize) {
                node.data = NodeContent::Mapping { links, keys };
            }
        }
        (!values.is_empty()).then_some((out, values))
    }

    /// The node at a path of keys, if no alias is on it.
    fn at(&self, way: &[&str]) -> Option<Node<'_>> {
        let found = way.iter().try_fold(self.root()?, |node, key| {
            node.step(key).filter(|node| !node.is_alias())
        });
        found.filter(|node| !node.is_alias())
    }

    fn rename(&mut self, key: u32, name: &str) -> Option<()> {
        let from = small(self.made.len());
        self.made.push_str(name);
        let made = ScalarSource::Made(from, small(self.made.len()));
        let node = self.nodes.get_mut(key as usize)?;
        let NodeContent::Scalar { value, style } = node.data else {
            return None;
        };
        node.data = NodeContent::Scalar { value: made, style };
        self.renamed.push((key, value));
        Some(())
    }
}
