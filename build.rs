//! Lists rules/ and src/rules/ and embeds the pages as tables.
fn main() {}
