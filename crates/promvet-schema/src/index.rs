//! What is worked out of the table of a section when the section is first met, and kept: a document
//! asks for the same few sections hundreds of times.

use std::sync::OnceLock;

use super::check::Check;
use super::table::{Required, Struct, Type, WrittenKey};

/// The lists of one section; empty until a caller asks.
/// Made on first use, since most sections never occur in a file and their tables are large.
pub struct SectionIndex(OnceLock<SectionLists>);

/// A section's keys and checks, those of the sections that are among its own included.
pub(super) struct SectionLists {
    /// The keys, each once.
    keys: Vec<IndexedKey>,
    /// The numbers of the keys by their [`mark`]: each is in the first free slot from
    /// [`Self::first_slot`] on. At least half of the slots have no key, so that every search ends.
    slots: Vec<u16>,
    /// The keys that have to be there, in the order of the tables.
    pub(super) required: Vec<WrittenKey>,
    /// The checks in the order in which they run.
    pub(super) checks: Vec<Check>,
}

/// A key, and whether something in its value can name a file or be a secret, once that was asked.
struct IndexedKey {
    mark: u64,
    found: WrittenKey,
    holds: OnceLock<bool>,
}

impl IndexedKey {
    fn holds(&self) -> bool {
        let look = || names_files_or_secrets(&self.found.field.ty, &mut Vec::new());
        *self.holds.get_or_init(look)
    }
}

impl SectionIndex {
    /// An index that no one has asked yet.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }
}

impl Default for SectionIndex {
    fn default() -> Self {
        Self::new()
    }
}

impl Struct {
    /// The lists of the section.
    pub(super) fn lists(&'static self) -> &'static SectionLists {
        self.index.0.get_or_init(|| SectionLists::new(self))
    }

    /// The key of a name, whatever the release.
    #[must_use]
    pub fn find(&'static self, name: &str) -> Option<WrittenKey> {
        self.key(name).map(|key| key.found)
    }

    /// The key of a name, if something in its value can name a file or be a secret.
    pub(super) fn find_holding(&'static self, name: &str) -> Option<WrittenKey> {
        self.key(name)
            .filter(|key| key.holds())
            .map(|key| key.found)
    }

    fn key(&'static self, name: &str) -> Option<&'static IndexedKey> {
        let lists = self.lists();
        let wanted = mark(name);
        // Names are compared only after their marks, since most keys of a document are found or
        // ruled out by one number.
        let mut at = lists.first_slot(wanted);
        loop {
            let key = lists.keys.get(usize::from(*lists.slots.get(at)?))?;
            if key.mark == wanted && key.found.field.key == name {
                return Some(key);
            }
            at = lists.slot(at + 1);
        }
    }
}

impl SectionLists {
    fn new(of: &'static Struct) -> Self {
        let all = of.all();
        let is_required = |found: &&WrittenKey| found.field.required != Required::No;
        let required = all.iter().filter(is_required).copied().collect();
        let keys = all.into_iter().map(|found| IndexedKey {
            mark: mark(found.field.key),
            found,
            holds: OnceLock::new(),
        });
        let mut keys: Vec<_> = keys.collect();
        // Of two keys of one name the section's own counts, which is first.
        keys.sort_by_key(|key| (key.mark, key.found.field.key));
        keys.dedup_by_key(|key| key.found.field.key);
        let mut checks = Vec::new();
        of.all_checks(&mut |check| checks.push(check));
        let slots = vec![NO_KEY; (2 * keys.len()).next_power_of_two()];
        let mut out = Self {
            keys,
            slots,
            required,
            checks,
        };
        out.fill_slots();
        out
    }

    fn fill_slots(&mut self) {
        for (number, key) in (0..NO_KEY).zip(&self.keys) {
            let mut at = self.first_slot(key.mark);
            while self.slots.get(at).is_some_and(|slot| *slot != NO_KEY) {
                at = self.slot(at + 1);
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = number;
            }
        }
    }

    /// Where a key of a mark is looked for first: the upper bits of a product mix all of its bits.
    fn first_slot(&self, mark: u64) -> usize {
        // 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
        let mixed = mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        self.slot(mixed as usize)
    }

    /// A number as that of a slot, which are a power of two.
    fn slot(&self, number: usize) -> usize {
        number & self.slots.len().wrapping_sub(1)
    }
}

/// The number in a slot without a key: no section has so many.
const NO_KEY: u16 = u16::MAX;

/// The length of a name with its first two and last four letters, if it has so many: a number to search
/// by, in which few names of a section are alike.
/// The end tells more than the beginning, since many keys of a section share one (`scrape_`), and
/// few share both.
fn mark(name: &str) -> u64 {
    let letters = name.as_bytes();
    let length = (letters.len() & 0xffff) as u64;
    let first = letters
        .first_chunk()
        .map_or(0, |two| u16::from_be_bytes(*two));
    let last = letters
        .last_chunk()
        .map_or(0, |four| u32::from_be_bytes(*four));
    length << 48 | u64::from(first) << 32 | u64::from(last)
}

/// Whether a value of a type can name a file or hold a secret. `around` are the sections that it
/// is in.
fn names_files_or_secrets(ty: &Type, around: &mut Vec<&'static Struct>) -> bool {
    match ty {
        Type::File(..) | Type::Secret => true,
        Type::List(item) => names_files_or_secrets(item, around),
        // A key that the user chooses can say that its value is a secret.
        Type::Map(_, item) => matches!(item, Type::Text) || names_files_or_secrets(item, around),
        Type::Section(of) => {
            // Sections may contain themselves (`http_headers` in discoveries do not, others may),
            // so that the walk has to end.
            if around.iter().any(|other| std::ptr::eq(*other, *of)) {
                return false;
            }
            around.push(of);
            let mut found = false;
            of.each(&mut |key| {
                found = found || names_files_or_secrets(&key.field.ty, around);
            });
            around.pop();
            found
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::CONFIG;
    use super::*;

    fn section(of: &'static Struct, key: &str) -> &'static Struct {
        match of.find(key).map(|found| found.field.ty) {
            Some(Type::Section(of)) => of,
            Some(Type::List(Type::Section(of))) => of,
            _ => panic!("{key} is no section"),
        }
    }

    #[test]
    fn every_key_of_every_section_is_found() {
        let mut open = vec![&CONFIG];
        let mut seen: Vec<&'static Struct> = Vec::new();
        while let Some(of) = open.pop() {
            if seen.iter().any(|file| std::ptr::eq(*file, of)) {
                continue;
            }
            seen.push(of);
            let mut first: Vec<WrittenKey> = Vec::new();
            for found in of.all() {
                if first.iter().all(|other| other.field.key != found.field.key) {
                    first.push(found);
                }
                match found.field.ty {
                    Type::Section(of) => open.push(of),
                    Type::List(Type::Section(of)) => open.push(of),
                    _ => {}
                }
            }
            for expected in first {
                let found = of.find(expected.field.key).unwrap();
                assert!(std::ptr::eq(found.field, expected.field), "{}", of.name);
                assert_eq!(found.since, expected.since, "{}", of.name);
                // What is found counts: no other key of that name goes on where it was removed.
                let others = of.all().into_iter();
                let mut others = others.filter(|found| found.field.key == expected.field.key);
                let goes_on = others.any(|other| other.field.removed.is_none());
                assert_eq!(goes_on, found.field.removed.is_none(), "{}", of.name);
            }
            assert!(of.find("no_such_key").is_none() && of.find("").is_none());
        }
        assert!(seen.len() > 50, "{}", seen.len());
    }

    #[test]
    fn sections_without_files_and_secrets_are_known() {
        let jobs = section(&CONFIG, "scrape_configs");
        for (key, expected) in [
            ("relabel_configs", false),
            ("static_configs", false),
            ("scrape_interval", false),
            ("tls_config", true),
            ("consul_sd_configs", true),
            ("http_headers", true),
            ("bearer_token", true),
        ] {
            assert!(jobs.find(key).is_some(), "{key}");
            assert_eq!(jobs.find_holding(key).is_some(), expected, "{key}");
        }
    }
}
