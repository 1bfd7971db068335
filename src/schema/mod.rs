//! What each Prometheus version accepts, as static tables, and the one walker that applies them.

pub mod scalar;
