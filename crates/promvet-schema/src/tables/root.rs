//! The top level of a configuration and of included files.

use super::alerting::ALERTING;
use super::global::GLOBAL;
use super::otlp::OTLP;
use super::remote_read::REMOTE_READ;
use super::remote_write::REMOTE_WRITE;
use super::scrape::SCRAPE;
use super::storage::STORAGE;
use super::tracing::TRACING;
use crate::checks::{agent, config};
use crate::index::Index;
use crate::table::Type::{File, Int, List, Section};
use crate::table::{Base, NullItem, Reference, Struct, key};

/// `Config`
pub static CONFIG: Struct = Struct {
    name: "Config",
    fields: &[
        key("global", Section(&GLOBAL)),
        key("runtime", Section(&RUNTIME)).since(2, 53, 0),
        key("alerting", Section(&ALERTING)),
        key("rule_files", List(&File(Reference::Rules, Base::Config))),
        key("scrape_config_files", List(&File(Reference::ScrapeConfigs, Base::Config))).since(2, 43, 0),
        key("scrape_configs", List(&Section(&SCRAPE))),
        key("storage", Section(&STORAGE)).since(2, 29, 0),
        key("tracing", Section(&TRACING)).since(2, 34, 0),
        key("remote_write", List(&Section(&REMOTE_WRITE))),
        key("remote_read", List(&Section(&REMOTE_READ))),
        key("otlp", Section(&OTLP)).since(2, 55, 0).flag("receiver itself needs --web.enable-otlp-receiver (3.x) or --enable-feature=otlp-write-receiver (2.x)"),
    ],
    inline: &[],
    checks: &[config::jobs, config::remotes, config::otlp_names, agent::refusals],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `ScrapeConfigFile`
pub static SCRAPE_CONFIG_FILE: Struct = Struct {
    name: "ScrapeConfigFile",
    fields: &[key("scrape_configs", List(&Section(&SCRAPE))).since(2, 43, 0)],
    inline: &[],
    checks: &[config::included_jobs],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `RuntimeConfig`
pub static RUNTIME: Struct = Struct {
    name: "RuntimeConfig",
    fields: &[
        key("gogc", Int).since(2, 53, 0).default("75").note("environment variable GOGC, when set, replaces the default 75; value 0 counts as unset; negative disables GC"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};
