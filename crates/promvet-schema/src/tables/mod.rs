//! The schema: one file a section.

pub mod alerting;
pub mod aws;
pub mod azuread;
pub mod consul;
pub mod docker;
pub(crate) mod enums;
pub mod files;
pub mod global;
pub mod hosting;
pub mod http_client;
pub mod kubernetes;
pub mod openstack;
pub mod otlp;
pub mod registries;
pub mod relabel;
pub mod remote_read;
pub mod remote_write;
pub mod root;
pub mod rule_file;
pub mod scrape;
pub mod storage;
pub mod tracing;
