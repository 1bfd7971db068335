//! Reads files as trees, to measure beside the bare events of `events`:
//! `cargo run --release -p promvet-schema --example trees -- FILE…`.

use std::io::{self, Write as _};
use std::{env, fs};

use promvet_schema::yaml::{parse_first, texts_read};
use promvet_text::Text;

fn main() -> io::Result<()> {
    let mut good = 0;
    for path in env::args().skip(1) {
        let text = Text::new(path.as_str(), fs::read(&path)?);
        good += u32::from(parse_first(&text).is_ok());
    }
    let (texts, left) = texts_read();
    writeln!(
        io::stdout(),
        "{good} of {texts} texts are YAML, {left} of them are left to the slower reader"
    )
}
