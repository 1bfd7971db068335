//! Which bytes a line has, found out once: most of what is asked of a line needs a byte that most
//! lines lack.

/// The kinds of bytes in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks(u16);

impl Marks {
    pub(super) const COLON: u16 = 1;
    pub(super) const EQUALS: u16 = 1 << 1;
    pub(super) const HASH: u16 = 1 << 2;
    /// `{`
    pub(super) const BRACE: u16 = 1 << 3;
    /// What separates the items of flow mappings: `{`, `}` or `,`.
    pub(super) const SEPARATOR: u16 = 1 << 4;
    pub(super) const AMPERSAND: u16 = 1 << 5;
    pub(super) const AT: u16 = 1 << 6;
    pub(super) const PERCENT: u16 = 1 << 7;
    pub(super) const SLASH: u16 = 1 << 8;
    pub(super) const DASH: u16 = 1 << 9;
    /// What ends the words of a command, or gives it a text: `>`, `|`, `;`, `&` or `<`.
    pub(super) const COMMAND: u16 = 1 << 10;
    pub(super) const DIGIT: u16 = 1 << 11;
    pub(super) const CAPITAL: u16 = 1 << 12;
    pub(super) const NOT_ASCII: u16 = 1 << 13;
    /// `(` or `[`
    pub(super) const BRACKET: u16 = 1 << 14;

    pub(super) fn of(text: &str) -> Self {
        if is_everything_asked() {
            return Self(u16::MAX);
        }
        let kind = |byte: u8| KINDS.get(usize::from(byte)).copied().unwrap_or(0);
        Self(text.bytes().fold(0, |marks, byte| marks | kind(byte)))
    }

    /// Whether there is a byte of one of these kinds.
    pub(super) fn has(self, kinds: u16) -> bool {
        self.0 & kinds != 0
    }
}

/// The kinds by the byte, since every byte of a text is asked for.
static KINDS: [u16; 256] = {
    let mut kinds = [0; 256];
    let mut byte: u8 = 0;
    loop {
        #[expect(clippy::indexing_slicing, reason = "it has a place for each byte")]
        {
            kinds[byte as usize] = kind(byte);
        }
        let Some(next) = byte.checked_add(1) else {
            break kinds;
        };
        byte = next;
    }
};

const fn kind(byte: u8) -> u16 {
    match byte {
        b':' => Marks::COLON,
        b'=' => Marks::EQUALS,
        b'#' => Marks::HASH,
        b'{' => Marks::BRACE | Marks::SEPARATOR,
        b'}' | b',' => Marks::SEPARATOR,
        b'&' => Marks::AMPERSAND | Marks::COMMAND,
        b'@' => Marks::AT,
        b'%' => Marks::PERCENT,
        b'/' => Marks::SLASH,
        b'-' => Marks::DASH,
        b'>' | b'|' | b';' | b'<' => Marks::COMMAND,
        b'(' | b'[' => Marks::BRACKET,
        b'0'..=b'9' => Marks::DIGIT,
        b'A'..=b'Z' => Marks::CAPITAL,
        0x80.. => Marks::NOT_ASCII,
        _ => 0,
    }
}

/// Whether all questions are asked of all lines, whatever bytes they have: a test of the gates wants to
/// know what else would be found.
#[cfg(not(test))]
pub(super) const fn is_everything_asked() -> bool {
    false
}

#[cfg(test)]
thread_local! {
    static ASKS_EVERYTHING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

#[cfg(test)]
pub(super) fn is_everything_asked() -> bool {
    ASKS_EVERYTHING.get()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lexical_secrets;
    use super::super::tests::slips;
    use super::*;
    use crate::text::Span;

    /// What is found if everything is asked of every line.
    fn without_gates(text: &str) -> Vec<Span> {
        ASKS_EVERYTHING.set(true);
        let found = lexical_secrets(text);
        ASKS_EVERYTHING.set(false);
        found
    }

    #[test]
    fn no_slip_lacks_the_bytes_that_are_asked_for() {
        for slip in slips() {
            assert_eq!(lexical_secrets(&slip), without_gates(&slip), "{slip}");
        }
    }

    /// What a line with a secret may consist of.
    const PIECES: &[&str] = &[
        "Kagiba642bomogo!",
        "qwzxkjhgtrplmvbncdsfqwzx",
        "3f9a1c77e2b84d06a5c19e0f7d2b6a8843c1f0e9",
        "TOKEN",
        "password",
        "basic_auth",
        "user:",
        "h.example.com:90",
        "sed ",
        "s/",
        "s,",
        "s|",
        "s#",
        "echo ",
        "<<< ",
        "> x",
        "-H ",
        "-p ",
        "--token ",
        "ENV ",
        "X-A: ",
        "https:",
        "//",
        "(at)",
        "[at]",
        "\u{ff20}",
        "@",
        "%40",
        "?",
        "? ",
        "&",
        "*",
        "# ",
        "/",
        ":",
        ": ",
        "=",
        "\u{ff1a}",
        ",",
        ";",
        " ",
        "'",
        "\"",
        "{",
        "}",
        "[",
        "]",
        "- ",
        "\n",
        "\n  ",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn no_line_lacks_the_bytes_that_are_asked_for(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 1..12),
        ) {
            let text = pieces.concat();
            // Two of the searches may find the same part.
            let once = |mut found: Vec<Span>| {
                found.dedup();
                found
            };
            prop_assert_eq!(once(lexical_secrets(&text)), once(without_gates(&text)));
        }
    }
}
