//! The `promvet` command.

fn main() {}
