//! What a table cannot say: small functions that are named in the tables. Functions that comments name are
//! those of Prometheus 3.14.0, unless another release is named.

pub(super) mod agent;
pub(super) mod alerting;
pub(super) mod aws;
pub(super) mod azuread;
pub(super) mod config;
pub(super) mod discovery;
pub(super) mod exclusive;
pub(super) mod global;
pub(super) mod headers;
pub(super) mod http_client;
pub(super) mod kubernetes;
pub(super) mod marathon;
pub(super) mod oci;
pub(super) mod otlp;
pub(super) mod relabel;
pub(super) mod remote_write;
pub(super) mod scrape;
pub(super) mod storage;
pub(super) mod tls;
pub(super) mod tracing;
