//! The configurations of one file, for the commands that answer a question about it.

use std::path::Path;

use crate::discover::{What, recognise};
use crate::finding::Text;
use crate::prometheus::Config;
use crate::schema;
use crate::source::{LARGEST, Tree};
use crate::yaml::Document;

/// What the first configuration of a file that has an answer says.
///
/// # Errors
/// The file cannot be read, holds no configuration, or none with an answer: in a sentence, which is
/// that of the first configuration.
pub(super) fn ask<T>(
    file: &Path,
    tree: &dyn Tree,
    mut answer: impl FnMut(Config<'_>, &Document) -> Result<T, String>,
) -> Result<T, String> {
    let shown = tree.shown(file);
    let bytes = tree
        .read(file, LARGEST)
        .map_err(|why| format!("{shown}: {why}"))?;
    let mut wrong = None;
    for recognised in recognise(Text::new(shown.clone(), bytes), true, false) {
        let What::Configuration { document, .. } = &recognised.what else {
            continue;
        };
        let Some(config) = Config::new(document) else {
            continue;
        };
        schema::mark_secrets(document);
        match answer(config, document) {
            Ok(found) => return Ok(found),
            Err(why) => {
                wrong.get_or_insert(why);
            }
        }
    }
    let none = || "it is not a configuration of Prometheus".to_owned();
    Err(format!("{shown}: {}", wrong.unwrap_or_else(none)))
}
