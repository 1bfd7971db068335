//! The schema: one file a section.

pub(crate) mod alerting;
pub(crate) mod aws;
pub(crate) mod azuread;
pub(crate) mod consul;
pub(crate) mod docker;
pub(crate) mod enums;
pub(crate) mod files;
pub(crate) mod global;
pub(crate) mod hosting;
pub(crate) mod http_client;
pub(crate) mod kubernetes;
pub(crate) mod openstack;
pub(crate) mod otlp;
pub(crate) mod registries;
pub(crate) mod relabel;
pub(crate) mod remote_read;
pub(crate) mod remote_write;
pub(crate) mod root;
pub(crate) mod rule_file;
pub(crate) mod scrape;
pub(crate) mod storage;
pub(crate) mod tracing;
