//! What names are known for, remembered.

use std::cell::RefCell;

use super::super::slot_of;
use super::words::ADDRESS_ENDS;
use super::{Meaning, Name, is_slip_of};

/// What is asked of the name of a key again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownName {
    pub(super) meaning: Meaning,
    pub(super) is_strong: bool,
    pub(super) is_of_address: bool,
    pub(super) is_slip_of_value: bool,
}

impl KnownName {
    /// What a name of at least two bytes is known for.
    pub(super) fn of(name: &str) -> Self {
        if name.len() > LONGEST_REMEMBERED {
            return Self::classify(name);
        }
        let slot = slot_of::<SLOTS>(name);
        let met = MET.with_borrow(|met| {
            let (before, known) = met.get(slot)?.as_ref()?;
            (**before == *name).then_some(*known)
        });
        if let Some(known) = met {
            return known;
        }
        let known = Self::classify(name);
        MET.with_borrow_mut(|met| {
            met.resize(SLOTS, None);
            if let Some(place) = met.get_mut(slot) {
                *place = Some((name.into(), known));
            }
        });
        known
    }

    fn classify(name: &str) -> Self {
        let meant = Name::new(name);
        Self {
            meaning: Meaning::classify(&meant),
            is_strong: meant.is_strong(),
            is_of_address: ADDRESS_ENDS.contains(&meant.last()),
            is_slip_of_value: is_slip_of(name, "value"),
        }
    }
}

/// The longest name that is remembered, in bytes: keys of configurations are shorter, and other texts
/// seldom come twice.
const LONGEST_REMEMBERED: usize = 40;

/// How many names are remembered at most, which together take less than 100 KiB. All configurations of
/// a tree have fewer keys.
const SLOTS: usize = 1024;

/// A name and what it is known for, if one was met that belongs in the place.
type KnownNameSlot = Option<(Box<str>, KnownName)>;

thread_local! {
    /// What the names mean that this thread has met, each in the one place where it belongs: a name
    /// that belongs there too replaces it. To hold one against all slips of the keyboard takes longer
    /// than all else that is asked of a line, and most lines repeat the keys of others.
    static MET: RefCell<Vec<KnownNameSlot>> = const { RefCell::new(Vec::new()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_same_whenever_it_is_asked_for() {
        let names = [
            "password",
            "pasword",
            "basic_auth",
            "url",
            "ca_file",
            "é",
            "x",
        ];
        for round in 0..3 {
            for name in names {
                let meaning = match name.len() < 2 {
                    true => Meaning::Plain,
                    false => KnownName::classify(name).meaning,
                };
                assert_eq!(Meaning::of(name), meaning, "{name} {round}");
            }
            // These take the places of others.
            for number in 0..SLOTS {
                Meaning::of(&format!("name{round}_{number}"));
            }
            assert_eq!(MET.with_borrow(Vec::len), SLOTS);
        }
    }
}
