//! `docker_sd_configs` and `dockerswarm_sd_configs`

use super::enums;
use super::http_client::HTTP_CLIENT;
use crate::checks::discovery;
use crate::index::Index;
use crate::table::Type::{Bool, Duration, Enum, Int, List, Section, Text, UrlText};
use crate::table::{NullItem, Struct, inline, key};

/// `DockerSDConfig`
pub static DOCKER_SD: Struct = Struct {
    name: "DockerSDConfig",
    fields: &[
        key("host", UrlText).since(2, 27, 0).required(),
        key("port", Int).since(2, 27, 0).default("80"),
        key("filters", List(&Section(&DOCKER_FILTER))).since(2, 27, 0),
        key("host_networking_host", Text)
            .since(2, 30, 0)
            .default("localhost"),
        key("refresh_interval", Duration)
            .since(2, 27, 0)
            .default("1m"),
        key("match_first_network", Bool)
            .since(2, 54, 0)
            .default("true"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 27, 0)],
    checks: &[discovery::docker],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `DockerSwarmSDConfig`
pub static DOCKERSWARM_SD: Struct = Struct {
    name: "DockerSwarmSDConfig",
    fields: &[
        key("host", UrlText).since(2, 20, 0).required(),
        key("role", Enum(&enums::DOCKERSWARM_ROLE))
            .since(2, 20, 0)
            .required(),
        key("port", Int).since(2, 20, 0).default("80"),
        key("filters", List(&Section(&DOCKER_FILTER))).since(2, 23, 0),
        key("refresh_interval", Duration)
            .since(2, 20, 0)
            .default("1m"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 20, 0)],
    checks: &[discovery::docker],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `DockerFilter`
pub static DOCKER_FILTER: Struct = Struct {
    name: "DockerFilter",
    fields: &[
        key("name", Text).since(2, 23, 0),
        key("values", List(&Text)).since(2, 23, 0),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};
