//! Reads files with the bare events of libyaml-safer, which is what a check is measured against.
//!
//! `cargo run --example events -- <file>...`
#![expect(
    clippy::print_stdout,
    reason = "it is a program that prints what it counts"
)]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut events = 0;
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(path)?;
        let mut input = bytes.as_slice();
        let mut parser = libyaml_safer::Parser::new();
        parser.set_input_string(&mut input);
        events += parser.take_while(Result::is_ok).count();
    }
    println!("{events} events");
    Ok(())
}
