//! The engine, and the native checks, one file a rule, named as its page.
