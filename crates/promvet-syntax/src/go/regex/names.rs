//! The names that `\p{…}` knows: categories and scripts of Go's package `unicode`.

use super::parse::LOOSE_CLASS_NAMES;
use crate::go::Go;

/// General categories. `Cn` and `LC` came with Go 1.25.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N",
    "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So",
    "Z", "Zl", "Zp", "Zs",
];

/// Names that Go 1.25 added: sets of all kinds, and the long names of the categories as Unicode
/// has them.
const SINCE_25: &[&str] = &[
    "Any",
    "Assigned",
    "ASCII",
    "Cn",
    "LC",
    "Cased_Letter",
    "Close_Punctuation",
    "cntrl",
    "Combining_Mark",
    "Connector_Punctuation",
    "Control",
    "Currency_Symbol",
    "Dash_Punctuation",
    "Decimal_Number",
    "digit",
    "Enclosing_Mark",
    "Final_Punctuation",
    "Format",
    "Initial_Punctuation",
    "Letter",
    "Letter_Number",
    "Line_Separator",
    "Lowercase_Letter",
    "Mark",
    "Math_Symbol",
    "Modifier_Letter",
    "Modifier_Symbol",
    "Nonspacing_Mark",
    "Number",
    "Open_Punctuation",
    "Other",
    "Other_Letter",
    "Other_Number",
    "Other_Punctuation",
    "Other_Symbol",
    "Paragraph_Separator",
    "Private_Use",
    "punct",
    "Punctuation",
    "Separator",
    "Space_Separator",
    "Spacing_Mark",
    "Surrogate",
    "Symbol",
    "Titlecase_Letter",
    "Unassigned",
    "Uppercase_Letter",
];

/// Scripts with the minor version of the Go that brought them: Unicode 10 with Go 1.10, 11 with
/// 1.13, 12 with 1.14, 13 with 1.16, 15 with 1.21 and 17 with 1.27.
const SCRIPTS: &[(u16, &[&str])] = &[
    (
        0,
        &[
            "Adlam",
            "Ahom",
            "Anatolian_Hieroglyphs",
            "Arabic",
            "Armenian",
            "Avestan",
            "Balinese",
            "Bamum",
            "Bassa_Vah",
            "Batak",
            "Bengali",
            "Bhaiksuki",
            "Bopomofo",
            "Brahmi",
            "Braille",
            "Buginese",
            "Buhid",
            "Canadian_Aboriginal",
            "Carian",
            "Caucasian_Albanian",
            "Chakma",
            "Cham",
            "Cherokee",
            "Common",
            "Coptic",
            "Cuneiform",
            "Cypriot",
            "Cyrillic",
            "Deseret",
            "Devanagari",
            "Duployan",
            "Egyptian_Hieroglyphs",
            "Elbasan",
            "Ethiopic",
            "Georgian",
            "Glagolitic",
            "Gothic",
            "Grantha",
            "Greek",
            "Gujarati",
            "Gurmukhi",
            "Han",
            "Hangul",
            "Hanunoo",
            "Hatran",
            "Hebrew",
            "Hiragana",
            "Imperial_Aramaic",
            "Inherited",
            "Inscriptional_Pahlavi",
            "Inscriptional_Parthian",
            "Javanese",
            "Kaithi",
            "Kannada",
            "Katakana",
            "Kayah_Li",
            "Kharoshthi",
            "Khmer",
            "Khojki",
            "Khudawadi",
            "Lao",
            "Latin",
            "Lepcha",
            "Limbu",
            "Linear_A",
            "Linear_B",
            "Lisu",
            "Lycian",
            "Lydian",
            "Mahajani",
            "Malayalam",
            "Mandaic",
            "Manichaean",
            "Marchen",
            "Masaram_Gondi",
            "Meetei_Mayek",
            "Mende_Kikakui",
            "Meroitic_Cursive",
            "Meroitic_Hieroglyphs",
            "Miao",
            "Modi",
            "Mongolian",
            "Mro",
            "Multani",
            "Myanmar",
            "Nabataean",
            "New_Tai_Lue",
            "Newa",
            "Nko",
            "Nushu",
            "Ogham",
            "Ol_Chiki",
            "Old_Hungarian",
            "Old_Italic",
            "Old_North_Arabian",
            "Old_Permic",
            "Old_Persian",
            "Old_South_Arabian",
            "Old_Turkic",
            "Oriya",
            "Osage",
            "Osmanya",
            "Pahawh_Hmong",
            "Palmyrene",
            "Pau_Cin_Hau",
            "Phags_Pa",
            "Phoenician",
            "Psalter_Pahlavi",
            "Rejang",
            "Runic",
            "Samaritan",
            "Saurashtra",
            "Sharada",
            "Shavian",
            "Siddham",
            "SignWriting",
            "Sinhala",
            "Sora_Sompeng",
            "Soyombo",
            "Sundanese",
            "Syloti_Nagri",
            "Syriac",
            "Tagalog",
            "Tagbanwa",
            "Tai_Le",
            "Tai_Tham",
            "Tai_Viet",
            "Takri",
            "Tamil",
            "Tangut",
            "Telugu",
            "Thaana",
            "Thai",
            "Tibetan",
            "Tifinagh",
            "Tirhuta",
            "Ugaritic",
            "Vai",
            "Warang_Citi",
            "Yi",
            "Zanabazar_Square",
        ],
    ),
    (
        13,
        &[
            "Dogra",
            "Gunjala_Gondi",
            "Hanifi_Rohingya",
            "Makasar",
            "Medefaidrin",
            "Old_Sogdian",
            "Sogdian",
        ],
    ),
    (
        14,
        &["Elymaic", "Nandinagari", "Nyiakeng_Puachue_Hmong", "Wancho"],
    ),
    (
        16,
        &["Chorasmian", "Dives_Akuru", "Khitan_Small_Script", "Yezidi"],
    ),
    (
        21,
        &[
            "Cypro_Minoan",
            "Kawi",
            "Nag_Mundari",
            "Old_Uyghur",
            "Tangsa",
            "Toto",
            "Vithkuqi",
        ],
    ),
    (
        27,
        &[
            "Beria_Erfe",
            "Garay",
            "Gurung_Khema",
            "Kirat_Rai",
            "Ol_Onal",
            "Sidetic",
            "Sunuwar",
            "Tai_Yo",
            "Todhri",
            "Tolong_Siki",
            "Tulu_Tigalari",
        ],
    ),
];

/// The one name by which a class is known whatever its spelling, if this Go knows it.
/// Imitates `syntax.unicodeTable`, and from Go 1.25 on its lookup without case and hyphens.
pub(super) fn class_named(name: &str, go: Go) -> Option<&'static str> {
    let scripts = SCRIPTS
        .iter()
        .filter(|(since, _)| go >= Go(*since))
        .flat_map(|(_, names)| names.iter());
    let known = CATEGORIES.iter().chain(scripts);
    if go >= LOOSE_CLASS_NAMES {
        return known
            .chain(SINCE_25)
            .copied()
            .find(|candidate| loosely_equal(candidate, name));
    }
    // `Any` is in `syntax.unicodeTable` itself, since it is not a table of package unicode before
    // Go 1.25.
    let any = (name == "Any").then_some("Any");
    let mut known = known.copied();
    any.or_else(|| known.find(|candidate| *candidate == name))
}

/// A number that is a class's own, for [`class_named`]'s names.
pub(super) fn number_of(name: &str) -> u32 {
    let scripts = SCRIPTS.iter().flat_map(|(_, names)| names.iter());
    let mut all = CATEGORIES.iter().chain(SINCE_25).chain(scripts);
    let at = all.position(|known| *known == name).unwrap_or(0);
    u32::try_from(at).unwrap_or(0)
}

/// Whether two names are the same but for case, underscores, hyphens and spaces.
/// As Unicode UAX #44, loose matching, which Go 1.25 follows in `syntax.unicodeTable`.
fn loosely_equal(a: &str, b: &str) -> bool {
    comparable_letters(a).eq(comparable_letters(b))
}

fn comparable_letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
        .filter(|b| !b"_- ".contains(b))
        .map(|b| b.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (name, go, known) in [
            ("Lu", 10, true),
            ("lu", 24, false),
            ("lu", 25, true),
            ("LU", 25, true),
            ("l_u", 25, true),
            ("oldItalic", 25, true),
            ("old-italic", 25, true),
            ("Old_Italic", 24, true),
            ("OldItalic", 24, false),
            ("any", 24, false),
            ("any", 25, true),
            ("uppercase letter", 25, true),
            ("", 25, false),
            ("_", 25, false),
            ("Grek", 25, false),
            ("Is_Greek", 25, false),
        ] {
            assert_eq!(class_named(name, Go(go)).is_some(), known, "{name} {go}");
        }
    }
}
