//! Reads files as the bare events of the parser below promvet's trees, to measure against:
//! `cargo run --release --example events -- FILE…`.

use std::io::{self, Write as _};
use std::{env, fs};

fn main() -> io::Result<()> {
    let mut events = 0;
    for path in env::args().skip(1) {
        let source = fs::read(path)?;
        let mut bytes = source.as_slice();
        let mut parser = libyaml_safer::Parser::new();
        parser.set_input_string(&mut bytes);
        events += parser.filter(Result::is_ok).count();
    }
    writeln!(io::stdout(), "{events} events")
}
