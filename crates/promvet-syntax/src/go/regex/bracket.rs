//! Bracketed classes and escapes: what stands for one character, or for one of several.

use super::class::{self, Class};
use super::parse::Parser;
use super::{RegexCause, RegexRefusal, names};

impl Parser<'_> {
    /// Reads `\d`, `\pL`, `\p{Greek}` and their like into a class; whether one is here. Imitates
    /// `syntax.parser.parseUnicodeClass` and `parsePerlClassEscape`, which `syntax.parse` tries in
    /// this order.
    pub(super) fn class_escape(&mut self, class: &mut Class) -> Result<bool, RegexRefusal> {
        let mut chars = self.rest().chars();
        let (Some('\\'), Some(letter)) = (chars.next(), chars.next()) else {
            return Ok(false);
        };
        if matches!(letter, 'p' | 'P') {
            self.unicode_class(letter == 'P', class)?;
            return Ok(true);
        }
        let Some(set) = class::perl_set(letter) else {
            return Ok(false);
        };
        self.at += 2;
        class.add_set(set, letter.is_ascii_uppercase(), self.flags.fold);
        Ok(true)
    }

    /// Imitates `syntax.parser.parseUnicodeClass`.
    fn unicode_class(&mut self, negated: bool, class: &mut Class) -> Result<(), RegexRefusal> {
        let from = self.at;
        self.at += 2;
        let rest = self.rest();
        let Some(first) = self.next() else {
            return Err(self.since(from, RegexCause::CharRange));
        };
        let name = if first == '{' {
            let Some(end) = rest.find('}') else {
                // Go quotes the rest of the pattern here, since it never found where the name ends.
                return Err(self.all_from(from, RegexCause::CharRange));
            };
            self.at = from + 2 + end + 1;
            rest.get(1..end).unwrap_or_default()
        } else {
            rest.get(..first.len_utf8()).unwrap_or_default()
        };
        let (caret, name) = match name.strip_prefix('^') {
            // `\P{^Greek}` is `\p{Greek}`: two negations cancel each other in
            // `syntax.parser.parseUnicodeClass`.
            Some(name) => (true, name),
            None => (false, name),
        };
        let Some(known) = names::class_named(name, self.go) else {
            return Err(self.since(from, RegexCause::CharRange));
        };
        class.add_stand_in(names::number_of(known), negated != caret);
        Ok(())
    }

    /// Imitates `syntax.parser.parseClass`.
    pub(super) fn class(&mut self) -> Result<(), RegexRefusal> {
        let from = self.at;
        self.at += 1;
        let negated = self.eat("^");
        let mut class = Class::default();
        // A `]` right behind the opening bracket is a member, so that `[]a]` is one class in Go.
        let mut first = true;
        while first || !self.rest().starts_with(']') {
            first = false;
            if self.posix_class(&mut class)? || self.class_escape(&mut class)? {
                continue;
            }
            self.class_range(from, &mut class)?;
        }
        self.at += 1;
        let class = class.clean();
        self.push_class(if negated { class.negated() } else { class })
    }

    /// `[:alpha:]`; a bracket and a colon without an end stand for themselves.
    /// Imitates `syntax.parser.parseNamedClass`.
    fn posix_class(&mut self, class: &mut Class) -> Result<bool, RegexRefusal> {
        let from = self.at;
        let Some(after) = self.rest().strip_prefix("[:") else {
            return Ok(false);
        };
        // Go goes on as if nothing were there ("no `:]` at all"), since `[:a]` is an old way to
        // write a class with a colon.
        let Some((name, _)) = after.split_once(":]") else {
            return Ok(false);
        };
        self.at += name.len() + 4;
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let Some(set) = class::posix_set(name) else {
            return Err(self.since(from, RegexCause::CharRange));
        };
        class.add_set(set, negated, self.flags.fold);
        Ok(true)
    }

    /// One character of a class, or a range of them.
    fn class_range(&mut self, class_from: usize, class: &mut Class) -> Result<(), RegexRefusal> {
        let from = self.at;
        let low = self.class_char(class_from)?;
        let mut high = low;
        let rest = self.rest();
        // A hyphen at the end is a member, not a range: `[a-]` is good in
        // `syntax.parser.parseClass`.
        if rest.len() >= 2 && rest.starts_with('-') && !rest.starts_with("-]") {
            self.at += 1;
            high = self.class_char(class_from)?;
            if high < low {
                return Err(self.since(from, RegexCause::CharRange));
            }
        }
        class.add(low, high, self.flags.fold);
        Ok(())
    }

    /// Imitates `syntax.parser.parseClassChar`.
    fn class_char(&mut self, class_from: usize) -> Result<u32, RegexRefusal> {
        match self.peek() {
            None => Err(self.all_from(class_from, RegexCause::MissingBracket)),
            Some('\\') => self.char_escape(),
            Some(c) => {
                self.at += c.len_utf8();
                Ok(u32::from(c))
            }
        }
    }

    /// An escape that stands for one character, as its code point.
    /// Imitates `syntax.parser.parseEscape`.
    pub(super) fn char_escape(&mut self) -> Result<u32, RegexRefusal> {
        let from = self.at;
        self.at += 1;
        let Some(c) = self.next() else {
            return Err(self.since(from, RegexCause::TrailingBackslash));
        };
        // A single digit other than 0 would be a backreference in Perl, so that Go takes it for
        // octal only if an octal digit follows.
        let octal_follows = self.peek().is_some_and(|c| ('0'..='7').contains(&c));
        let value = match c {
            '0' => Some(self.octal(0)),
            '1'..='7' if octal_follows => Some(self.octal(u32::from(c) - u32::from('0'))),
            'x' => self.hexadecimal(),
            'a' => Some(0x07),
            'f' => Some(0x0C),
            'n' => Some(0x0A),
            'r' => Some(0x0D),
            't' => Some(0x09),
            'v' => Some(0x0B),
            // Punctuation may be escaped and letters not, since `\q` may come to mean something
            // (`syntax.parser.parseEscape`).
            _ => (c.is_ascii() && !c.is_ascii_alphanumeric()).then_some(u32::from(c)),
        };
        value.ok_or_else(|| self.since(from, RegexCause::Escape))
    }

    /// Up to two more octal digits.
    fn octal(&mut self, first: u32) -> u32 {
        let mut value = first;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else {
                break;
            };
            self.at += 1;
            value = value * 8 + digit;
        }
        value
    }

    /// Two hexadecimal digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Option<u32> {
        let first = self.next()?;
        if first != '{' {
            let second = self.next()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let mut value = 0;
        let mut digits = 0;
        loop {
            let c = self.next()?;
            if c == '}' {
                return (digits > 0).then_some(value);
            }
            value = value * 16 + c.to_digit(16)?;
            // Checked at each digit, as in Go (`r > unicode.MaxRune`), so that long runs of digits
            // cannot overflow.
            if value > u32::from(char::MAX) {
                return None;
            }
            digits += 1;
        }
    }
}
