//! One file a subcommand; nothing but arguments in and report out.
