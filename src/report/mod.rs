//! Findings → people and machines: one file a format.
