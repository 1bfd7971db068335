//! Lists rules/ and src/rules/ and embeds the pages as tables, so that nothing is registered by
//! hand and start-up parses nothing.

#[path = "build/pages.rs"]
mod pages;
#[path = "build/receivers.rs"]
mod receivers;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    pages::generate()?;
    receivers::generate()?;
    Ok(())
}
