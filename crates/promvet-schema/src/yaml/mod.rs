//! Text → spanned tree, as go-yaml reads it.
//!
//! This room knows YAML and nothing of Prometheus. Our scanner reads what people write;
//! what it leaves is read by libyaml-safer, which descends from the same C library as go-yaml.
//! Nothing outside this room knows that. A
//! [`Document`] keeps every key in its order, duplicates and merge keys included; [`Node`] is the
//! view of one of its nodes, with aliases followed and merge keys applied on access. A document
//! exists only if its aliases can be expanded within go-yaml's own budget, so walking one ends.

mod alias;
mod build;
mod collection;
mod comments;
mod differ;
mod document;
mod embedded;
mod gather;
mod identity;
mod large;
mod members;
mod node;
mod parse;
mod scalar;
mod scan;
mod translate;
mod whole;

pub use collection::{Entry, Mapping, Sequence};
pub use comments::{
    Comment, CommentedItem, comments, comments_by_look, line_of, next_content_line,
};
pub use document::{Document, SyntaxError, SyntaxKind};
pub use embedded::{Dollars, embedded};
pub use gather::GatheredSection;
pub use node::{Kind, Node};
pub use parse::{
    Hole, Readers, compare_readers, parse_all, parse_all_masked, parse_first, parse_masked,
    texts_read,
};
pub use promvet_text::placeholder;
pub use scalar::{Scalar, Style};
pub use translate::{TranslatedNode, TranslationBuilder, TranslationEntry};
pub use whole::{SoundParts, whole_parts};
