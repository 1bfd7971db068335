//! `storage`

use super::enums;
use crate::checks::storage;
use crate::index::Index;
use crate::table::Type::{ByteSize, Duration, Enum, Float, Int, Section};
use crate::table::{NullItem, Struct, key};

/// `StorageConfig`
pub static STORAGE: Struct = Struct {
    name: "StorageConfig",
    fields: &[
        key("tsdb", Section(&TSDB)).since(2, 39, 0),
        key("exemplars", Section(&EXEMPLARS))
            .since(2, 29, 0)
            .flag("only effective with --enable-feature=exemplar-storage"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `TSDBConfig`
pub static TSDB: Struct = Struct {
    name: "TSDBConfig",
    fields: &[
        key("outofordertimewindow", Int)
            .since(2, 39, 0)
            .accidental(),
        key("out_of_order_time_window", Duration)
            .since(2, 39, 0)
            .default("0s"),
        key("stale_series_compaction_threshold", Float).since(3, 10, 0),
        key("chunk_encoding", Section(&CHUNK_ENCODING)).since(3, 13, 0),
        key("retention", Section(&TSDB_RETENTION)).since(3, 8, 0),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `TSDBRetentionConfig`
pub static TSDB_RETENTION: Struct = Struct {
    name: "TSDBRetentionConfig",
    fields: &[
        key("time", Duration).since(3, 8, 0).default("15d").note("unset: taken from command-line flags, 15d when no retention flag is set and the retention section is absent"),
        key("size", ByteSize).since(3, 8, 0).default("0B").note("must be >= 0"),
        key("percentage", Float).since(3, 11, 0).note("0..100"),
    ],
    inline: &[],
    checks: &[storage::retention],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `ChunkEncodingConfig`
pub static CHUNK_ENCODING: Struct = Struct {
    name: "ChunkEncodingConfig",
    fields: &[
        key("floats", Enum(&enums::CHUNK_ENCODING_FLOATS)).since(3, 13, 0).flag("value xor2 needs --enable-feature=xor2-encoding (applying the config fails otherwise; requirement dropped on main after 3.14.0); value xor is refused with --enable-feature=st-storage"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `ExemplarsConfig`
pub static EXEMPLARS: Struct = Struct {
    name: "ExemplarsConfig",
    fields: &[
        key("max_exemplars", Int).since(2, 29, 0).default("100000").flag("only effective with --enable-feature=exemplar-storage").note("100000 applies only when the exemplars section is absent; a present section without the key means 0 (storage off)"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};
