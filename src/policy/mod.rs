//! promvet.yaml: what this repository wants.
