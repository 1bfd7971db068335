//! Which files of a tree hold configurations, and where inside them.
