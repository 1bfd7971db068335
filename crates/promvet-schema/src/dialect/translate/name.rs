//! How a value is spoken of.

use crate::yaml::Node;

/// The key of a value, or of the list that the value is an item of with its index. That of what is put together
/// from several places is not in their paths.
pub(in crate::dialect) fn name_of(node: Node<'_>) -> String {
    let steps = node.steps().unwrap_or_default();
    let is_key = |step: &String| step.parse::<usize>().is_err();
    match steps
        .iter()
        .rposition(is_key)
        .and_then(|key| steps.get(key..))
    {
        Some([key, items @ ..]) => {
            let items = items.iter().map(|item| format!("[{item}]"));
            key.clone() + &items.collect::<String>()
        }
        _ => {
            let path = node.path();
            let last = path.rsplit('.').next().unwrap_or(&path);
            last.to_owned()
        }
    }
}
